"""What controller.toml says of the journal's pictures: how long they stay, and where their keys lie."""

from datetime import timedelta
from pathlib import Path

import pytest

from controller import settings
from controller.settings import Home, Settings, SettingsError


def test_keys_lie_outside_the_home_folder_and_apart_for_each_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    one, two = (settings.keys_folder(Home(tmp_path / name), Settings()) for name in ("one", "two"))
    assert one != two
    assert not one.is_relative_to(tmp_path / "one")
    assert settings.keys_folder(Home(tmp_path / "one"), Settings()) == one
    chosen = Settings(keys="/run/safeuse")
    assert settings.keys_folder(Home(tmp_path / "one"), chosen) == Path("/run/safeuse")


@pytest.mark.parametrize("given", ['keys = "keys"', 'keep_pictures_for = "PT1M"', 'keep_pictures_for = "P200D"'])
def test_settings_that_cannot_work_are_refused(tmp_path: Path, given: str) -> None:
    (tmp_path / "controller.toml").write_text(given)
    with pytest.raises(SettingsError, match=given.split(" ", maxsplit=1)[0]):
        settings.read(Home(tmp_path))


def test_pictures_stay_for_a_week_unless_something_else_is_said(tmp_path: Path) -> None:
    assert Settings().keep_pictures_for == timedelta(days=7)
    (tmp_path / "controller.toml").write_text('keep_pictures_for = "P2D"')
    assert settings.read(Home(tmp_path)).keep_pictures_for == timedelta(days=2)
