"""The agent-only bundle: it runs with the system's Python and nothing else, and holds nothing of the controller."""

import hashlib
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from packaging_tools.agent_bundle import MANIFEST, ROOT, BundleError, Wanted, build, merge, own_folder, pack


def systems_python() -> str:
    """The version of the system's own Python, as "3.11"."""
    asked = ["/usr/bin/python3", "-IS", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle for this machine."""
    return build(Wanted(pythons=(systems_python(),)), tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle, unpacked in a folder whose name has a space."""
    folder = tmp_path_factory.mktemp("un packed")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return next(folder.iterdir())


def started(command: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the bundle's command with none of the project's environment."""
    return subprocess.run(
        [str(command), *arguments],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "SAFEUSE_AGENT_HOME": str(home / "state")},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_doctor_runs_from_it(unpacked: Path, tmp_path: Path) -> None:
    ended = started(unpacked / "bin/safeuse-agent", tmp_path, "doctor")
    assert "this tablet is not enrolled" in ended.stdout, ended.stderr
    assert "clause 10" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_help_is_given_through_a_symbolic_link(unpacked: Path, tmp_path: Path) -> None:
    link = tmp_path / "safeuse"
    link.symlink_to(unpacked / "bin/safeuse-agent")
    ended = started(link, tmp_path, "--help")
    assert ended.returncode == 0, ended.stderr
    assert "safeuse-agent" in ended.stdout


def test_it_finds_its_own_packages_alone(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("raise SystemExit('led astray')")
    script = unpacked / "lib/safeuse_agent_start.py"
    look = f"import runpy; runpy.run_path({str(script)!r}); import msgspec, agent; print(msgspec.__file__)"
    look += "; print(agent.__file__)"
    ended = subprocess.run(
        ["/usr/bin/python3", "-ISB", "-c", look], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    found = [Path(line).parents[1] for line in ended.stdout.splitlines()]
    assert found == [unpacked / "lib", unpacked / "lib"]


def test_running_it_leaves_no_trace_beside_its_files(unpacked: Path, tmp_path: Path) -> None:
    started(unpacked / "bin/safeuse-agent", tmp_path, "--version")
    assert not list(unpacked.rglob("*.pyc"))


def test_nothing_of_the_controller_is_in_it(unpacked: Path) -> None:
    names = [str(path.relative_to(unpacked)) for path in unpacked.rglob("*")]
    assert any(name.startswith("lib/agent/") for name in names)
    unwanted = ("controller", "granian", "sqlalchemy", "alembic", "argon2", "cv2", "tests", "pytest")
    assert not [name for name in names if name.startswith(tuple(f"lib/{word}" for word in unwanted))]
    assert not [name for name in names if "controller" in Path(name).name]


def test_every_file_is_in_the_manifest_and_as_it_says(unpacked: Path) -> None:
    told = dict(line.split("  ", 1)[::-1] for line in (unpacked / MANIFEST).read_text().splitlines())
    found = {
        str(path.relative_to(unpacked)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in unpacked.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    assert told == found


def test_the_same_files_give_the_same_bytes_whatever_their_dates(archive: Path, unpacked: Path, tmp_path: Path) -> None:
    (unpacked / "README.txt").touch()
    pack(unpacked, tmp_path / "again.tar.gz")
    assert (tmp_path / "again.tar.gz").read_bytes() == archive.read_bytes()


def test_it_names_no_place_of_the_machine_that_built_it(unpacked: Path) -> None:
    here = str(ROOT).encode()
    assert not [path for path in unpacked.rglob("*") if path.is_file() and here in path.read_bytes()]


def test_a_python_that_it_does_not_serve_is_told_so(unpacked: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for part in ("bin/safeuse-agent", "lib/PYTHONS"):
        (other / part).parent.mkdir(parents=True, exist_ok=True)
        (other / part).write_bytes((unpacked / part).read_bytes())
    (other / "bin/safeuse-agent").chmod(0o755)
    (other / "lib/PYTHONS").write_text("3.99\n")
    ended = started(other / "bin/safeuse-agent", tmp_path, "--version")
    assert ended.returncode == 1
    assert "needs one of these versions of Python" in ended.stderr


def two_pythons(tmp_path: Path, name: str) -> None:
    """The same package for two versions of Python, differing in one file; merged."""
    for python in ("3.11", "3.99"):
        package = tmp_path / python / "package"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / name).write_text(f"made_for = '{python}'\n")
        merge(tmp_path / python, tmp_path / "lib", own_folder(tmp_path / "lib", python))


def test_a_module_that_differs_between_pythons_stands_in_a_folder_of_its_own(tmp_path: Path) -> None:
    two_pythons(tmp_path, "config.py")
    assert (tmp_path / "lib/package/config.py").read_text() == "made_for = '3.11'\n"
    assert (tmp_path / "lib/only-3.99/package/config.py").read_text() == "made_for = '3.99'\n"
    assert not (tmp_path / "lib/only-3.99/package/__init__.py").exists()


def test_a_python_finds_the_module_that_is_its_own(tmp_path: Path) -> None:
    two_pythons(tmp_path, "config.py")
    shutil.copy(ROOT / "packaging_tools/bundle/sitecustomize.py", tmp_path / "lib")
    (tmp_path / "lib/only-3.99").rename(own_folder(tmp_path / "lib", systems_python()))
    ended = subprocess.run(
        ["/usr/bin/python3", "-s", "-P", "-B", "-c", "import package.config as c; print(c.made_for)"],
        env={"PYTHONPATH": str(tmp_path / "lib")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "3.99\n"


def test_data_that_differs_between_pythons_is_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"table\.dat differs"):
        two_pythons(tmp_path, "table.dat")


def test_it_matches_photos_with_its_own_packages(unpacked: Path, tmp_path: Path) -> None:
    for folder in ("tablet", "journal"):
        (tmp_path / folder).mkdir()
        shutil.copy(ROOT / "tests/data/photos/frog.jpg", tmp_path / folder)
    ended = started(
        unpacked / "bin/safeuse-agent", tmp_path, "match", str(tmp_path / "tablet"), str(tmp_path / "journal"), "--json"
    )
    assert json.loads(ended.stdout)["verdict"] == "added", ended.stderr
