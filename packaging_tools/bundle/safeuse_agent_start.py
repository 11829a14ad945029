"""Starts the agent from its bundle: the packages beside this file are the only ones that it finds."""

import importlib
import sys
from pathlib import Path

LIB = Path(__file__).resolve().parent
sys.path.insert(0, str(LIB))
importlib.import_module("sitecustomize")  # the one beside this file
sys.argv[0] = str(LIB.parent / "bin" / "safeuse-agent")

from agent.__main__ import main  # noqa: E402 - found only now

if __name__ == "__main__":
    main()
