"""agent.toml: every line has a default, and a bad line says where it is."""

from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from agent.settings import CAMERA_FOLDERS, Device, Photos, Settings, SettingsError, folders, is_home, read


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read(tmp_path) == Settings()


def test_the_file_that_ships_says_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text((files("configs") / "agent.toml").read_text())
    assert read(tmp_path) == Settings()


def test_what_is_set_counts(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text('look_every = "PT30S"\n[photos]\nfolders = ["/srv/camera"]\n')
    settings = read(tmp_path)
    assert settings.look_every == timedelta(seconds=30)
    assert folders(settings) == (Path("/srv/camera"),)


def test_the_usual_folders_of_each_home_are_watched(tmp_path: Path) -> None:
    settings = Settings(device=Device(homes=(str(tmp_path / "cleo"), str(tmp_path / "dev"))))
    assert len(folders(settings)) == 2 * len(CAMERA_FOLDERS)
    assert tmp_path / "dev" / "DCIM" in folders(settings)


def test_a_tilde_is_the_agents_own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folders(Settings(Photos(folders=("~/DCIM",)))) == (tmp_path / "DCIM",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("look_every = 'soon'", "$.look_every"),
        ("look_every = 'PT0S'", "longer than nothing"),
        ("[photos]\nsettle = 'PT0S'", "longer than nothing"),
        ("[photos]\nfolders = 'DCIM'", "$.photos.folders"),
        ("[photos", "Expected ']'"),
        ("journals = 3", "$.journals"),
    ],
)
def test_a_bad_line_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "agent.toml").write_text(text)
    with pytest.raises(SettingsError) as refused:
        read(tmp_path)
    assert words in str(refused.value)
    assert "agent.toml" in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError):
        read(tmp_path)


def test_a_home_is_a_folder_and_no_link(tmp_path: Path) -> None:
    (tmp_path / "cleo").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "cleo")
    names = ("cleo", "link", "nobody", "x" * 300)
    assert [is_home(tmp_path / name) for name in names] == [True, False, False, False]
