"""The program that the service runs: whether root may trust it, and a copy of the bundle that only root can change."""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from agent.service.places import ServiceError

MANIFEST = "MANIFEST.sha256"
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def running() -> Path:
    """The command that this process was started as, by its real path. Raises ServiceError when it is none."""
    program = Path(sys.argv[0]).resolve()
    if not (program.is_file() and os.access(program, os.X_OK)):
        msg = "The service needs a program to start: run this with the command safeuse-agent, not as a Python module."
        raise ServiceError(msg)
    return program


def bundle_of(program: Path) -> Path | None:
    """The unpacked bundle that a program belongs to; None for any other kind of installation."""
    folder = program.parents[1]
    return folder if (folder / MANIFEST).is_file() else None


def check_trusted(program: Path) -> None:
    """See that nobody but root can put another program in this one's place. Raises ServiceError.

    Looks at the program and the folder of its packages, and at every folder above them.
    """
    for place in (program, Path(sys.prefix).resolve()):
        for path in (place, *place.parents):
            status = path.stat()
            if status.st_uid != 0 or status.st_mode & OTHERS_WRITE:
                msg = (
                    f"{path} can be changed by others than root, so whoever can write there could rule this tablet. "
                    "Install from the bundle, which makes a copy that is root's alone."
                )
                raise ServiceError(msg)


def copy(bundle: Path, target: Path) -> None:
    """Put a copy of the bundle in place, whole or not at all: checked by its manifest, root's alone, compiled.

    Raises OSError; ServiceError when a file is not what the manifest says.
    """
    if bundle.resolve() == target.resolve():
        return
    draft, old = target.with_name(f".{target.name}.new"), target.with_name(f".{target.name}.old")
    for leftover in (draft, old):
        shutil.rmtree(leftover, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o755)
    for name, expected in listed(bundle):
        copy_file(bundle / name, draft / name, expected)
    shutil.copyfile(bundle / MANIFEST, draft / MANIFEST)
    compile_all(draft, target)
    for path in (draft, *draft.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.parent == draft / "bin" else 0o644)
    if target.exists():
        target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def compile_all(draft: Path, target: Path) -> None:
    """Compile the copy, both as a person starts it and as the service does (-OO), without what costs memory at rest.

    What cannot be compiled belongs to another version of Python, and is compiled there when it is needed.
    """
    levels = ("-o", "0", "-o", "2", "-s", str(draft), "-p", str(target))
    command = [sys.executable, "-I", "-X", "no_debug_ranges", "-m", "compileall", "-qq", *levels, str(draft / "lib")]
    subprocess.run(command, check=False, capture_output=True)


def listed(bundle: Path) -> Iterator[tuple[str, str]]:
    """The files of the manifest, each with its SHA-256. Raises ServiceError for a path that leads out of the bundle."""
    for line in (bundle / MANIFEST).read_text(encoding="utf-8").splitlines():
        expected, _, name = line.partition("  ")
        if Path(name).is_absolute() or ".." in Path(name).parts:
            msg = f"The bundle's list of files names {name}, which lies outside. Fetch the bundle again."
            raise ServiceError(msg)
        yield name, expected


def copy_file(source: Path, target: Path, expected: str) -> None:
    """Copy one file and check the copy. Raises OSError, ServiceError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        msg = f"{source} is not as it was packed. Nothing was installed; fetch the bundle again."
        raise ServiceError(msg)
