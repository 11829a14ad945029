"""Finds the modules that this version of Python has of its own, before those that all versions share.

Python imports a module of this name at its start, so the agent's children find them too; the agent itself, which starts
without that, imports it by name.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

OWN = Path(__file__).resolve().parent / f"only-{sys.version_info.major}.{sys.version_info.minor}"


class Own:
    """Looks below one folder, laid out like the packages that it completes."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find a module; None for one that all versions share."""
        del path
        found = PathFinder.find_spec(name, [str(OWN.joinpath(*name.split(".")[:-1]))], target)
        return found if found and found.loader else None


if OWN.is_dir():
    sys.meta_path.insert(0, Own)
