"""Builds the agent-only bundle: dist/safeuse-agent-VERSION-linux-MACHINE.tar.gz, without a line of the controller.

It holds the agent, the agreement and the agent's dependencies from uv.lock, each checked by its hash, for every Python
that the tablets may have: pure code stands there once, compiled parts once a version, side by side; the few modules
that differ from one Python to the next stand in a folder of that Python's own. The same sources give the same bytes.
"""

import gzip
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
PARTS = Path(__file__).resolve().parent / "bundle"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""Debian 12 and 13, Ubuntu 24.04 and 26.04."""

PACKAGES = ("agent", "agreement", "configs")
LEFT_OUT = ("controller*", "__pycache__", "*.pyc")
DROPPED = ("bin", ".lock", "include", "share")
"""What installing into a folder leaves there beside the packages: commands for the machine that built it."""

MODULES = (".py", ".so")

MANIFEST = "MANIFEST.sha256"
WHEN = 1_577_836_800  # 2020-01-01: the same date in every bundle
GLIBC = "manylinux_2_28"  # Debian 10, Ubuntu 20.04 and newer


class BundleError(Exception):
    """The bundle cannot be built; says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to build."""

    machine: str = "x86_64"
    pythons: tuple[str, ...] = PYTHONS

    @property
    def name(self) -> str:
        """The folder in the archive."""
        return f"safeuse-agent-{version()}"

    @property
    def archive(self) -> str:
        """The archive's file name."""
        return f"{self.name}-linux-{self.machine}.tar.gz"


def version() -> str:
    """The version of the project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def build(wanted: Wanted, out: Path) -> Path:
    """Build the bundle into a folder and give its path. Raises BundleError."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / wanted.name
        lib = tree / "lib"
        lib.mkdir(parents=True)
        dependencies(wanted, lib, Path(scratch))
        own_code(lib)
        furnish(wanted, tree)
        (tree / MANIFEST).write_text(manifest(tree), encoding="utf-8")
        pack(tree, out / wanted.archive)
    return out / wanted.archive


def dependencies(wanted: Wanted, lib: Path, scratch: Path) -> None:
    """Install what the agent needs, for each Python, into one folder. Raises BundleError."""
    locked = scratch / "locked.txt"
    choice = ("--frozen", "--no-dev", "--extra", "agent", "--no-emit-project")
    uv("export", "--quiet", *choice, "--output-file", str(locked))
    for python in wanted.pythons:
        target = scratch / python
        platform = ("--python-version", python, "--python-platform", f"{wanted.machine}-{GLIBC}")
        exact = ("--only-binary", ":all:", "--require-hashes", "--no-deps", "--link-mode", "copy")
        uv("pip", "install", "--quiet", "--target", str(target), *platform, *exact, "--requirement", str(locked))
        merge(target, lib, own_folder(lib, python))


def uv(*arguments: str) -> None:
    """Run uv to its end. Raises BundleError with its own words."""
    program = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".state/tools/bin/uv")
    try:
        subprocess.run([program, *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    except FileNotFoundError as missing:
        msg = f"{program} is missing; start this with: make pack"
        raise BundleError(msg) from missing
    except subprocess.CalledProcessError as failed:
        msg = f"uv {arguments[0]} failed: {failed.stderr.strip()[-2000:]}"
        raise BundleError(msg) from failed


def own_folder(lib: Path, python: str) -> Path:
    """Where the modules stand that only one Python has; lib/sitecustomize.py finds them there."""
    return lib / f"only-{python}"


def merge(source: Path, lib: Path, own: Path) -> None:
    """Add one Python's packages to the rest; modules that differ go to its own folder. Raises BundleError for data."""
    for path in files(source):
        name = path.relative_to(source)
        if name.parts[0] in DROPPED:
            continue
        if not (lib / name).exists():
            copy(path, lib / name)
        elif (lib / name).read_bytes() != path.read_bytes() and not name.parts[0].endswith(".dist-info"):
            if path.suffix not in MODULES:
                msg = (
                    f"{name} differs between versions of Python, and is no module, so one bundle cannot serve them all"
                )
                raise BundleError(msg)
            copy(path, own / name)


def copy(path: Path, target: Path) -> None:
    """Copy one file, its folders included."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def own_code(lib: Path) -> None:
    """Copy the agent and what it stands on."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, lib / package, ignore=shutil.ignore_patterns(*LEFT_OUT))


def furnish(wanted: Wanted, tree: Path) -> None:
    """Add the launcher, the licence and a page for the person who installs it."""
    lib = tree / "lib"
    (lib / "PYTHONS").write_text(" ".join(wanted.pythons) + "\n", encoding="ascii")
    for script in ("safeuse_agent_start.py", "sitecustomize.py"):
        shutil.copyfile(PARTS / script, lib / script)
    (tree / "bin").mkdir()
    shutil.copyfile(PARTS / "safeuse-agent", tree / "bin/safeuse-agent")
    shutil.copyfile(ROOT / "LICENSE", tree / "LICENSE")
    words = (PARTS / "README.txt").read_text(encoding="utf-8")
    words = words.replace("@VERSION@", version()).replace("@PYTHONS@", " or ".join(wanted.pythons))
    (tree / "README.txt").write_text(words, encoding="utf-8")


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, in a fixed order."""
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def manifest(tree: Path) -> str:
    """A line a file, as sha256sum writes and checks it."""
    lines = ((hashlib.sha256(path.read_bytes()).hexdigest(), path.relative_to(tree)) for path in files(tree))
    return "".join(f"{digest}  {name}\n" for digest, name in lines)


def pack(tree: Path, archive: Path) -> None:
    """Write the archive: no owner, date or order of the machine that built it, whole or not at all."""
    content = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=content, mode="wb", compresslevel=6, filename="", mtime=WHEN) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for path in files(tree):
            with path.open("rb") as file:
                tar.addfile(entry(path, tree), file)
    draft = archive.with_suffix(".new")
    draft.write_bytes(content.getvalue())
    draft.replace(archive)


def entry(path: Path, tree: Path) -> tarfile.TarInfo:
    """One file's line in the archive."""
    info = tarfile.TarInfo(f"{tree.name}/{path.relative_to(tree)}")
    info.size = path.stat().st_size
    info.mtime = WHEN
    info.mode = 0o755 if path.parent == tree / "bin" else 0o644
    return info


def main(
    out: Annotated[Path, typer.Option(help="The folder to write the archive to.")] = ROOT / "dist",
    machine: Annotated[str, typer.Option(help="The tablet's processor: x86_64 or aarch64.")] = "x86_64",
    python: Annotated[Sequence[str], typer.Option(help="A version of Python to serve; may be given again.")] = PYTHONS,
) -> None:
    """Build the agent-only bundle."""
    console = Console(highlight=False)
    try:
        with console.status("Building the bundle"):
            archive = build(Wanted(machine, tuple(python)), out)
    except BundleError as reason:
        console.print(f"[red]✕[/] {reason}", markup=True, soft_wrap=True)
        raise typer.Exit(1) from reason
    console.print(f"[green]✓[/] {archive} ({archive.stat().st_size / 1e6:.1f} MB)", soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
