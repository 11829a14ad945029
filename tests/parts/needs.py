"""What a test needs of the machine: a skip that says why, or a failure where nothing may be skipped (CI=true)."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

from tests.install_system_packages import LAB, PACKAGES

PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PACKAGE_OF: Final = {**PACKAGES, **LAB}


def needs(*things: str) -> pytest.MarkDecorator:
    """Mark a test as needing programs ("nft", "/usr/lib/openssh/sftp-server") or "root".

    Without them it is skipped with the reason; with CI=true in the environment it fails instead.
    """
    return pytest.mark.needs(*things)


def missing(things: Iterable[str]) -> list[str]:
    """What is not here, each with its mend."""
    return [mend(thing) for thing in things if not is_here(thing)]


def is_here(thing: str) -> bool:
    """Tell whether the machine has it."""
    if thing == "root":
        return os.geteuid() == 0
    return Path(thing).exists() if thing.startswith("/") else shutil.which(thing, path=PLACES) is not None


def mend(thing: str) -> str:
    """What to do about it."""
    if thing == "root":
        return "it must run as root"
    return f"{thing} is missing: install the Debian package {PACKAGE_OF.get(thing, thing)}"


def is_strict() -> bool:
    """Tell whether a skip counts as a failure here."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def require(*things: str) -> None:
    """Skip the running test unless everything is here, or fail it where nothing may be skipped. For fixtures."""
    if lacking := missing(things):
        said = "; ".join(lacking)
        if is_strict():
            pytest.fail(f"{said} (with CI=true nothing is skipped)")
        pytest.skip(said)
