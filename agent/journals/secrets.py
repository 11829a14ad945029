"""Passwords, from files that only the agent can read."""

from pathlib import Path

from agent.journals.way import TroubleError


def secret(path: str) -> str:
    """Read a password: the first line of its file. Raises TroubleError when it is missing, or others can read it."""
    file = Path(path)
    try:
        if file.stat().st_mode & 0o077:
            msg = f"{path} can be read by others; nothing was sent. Mend it with: chmod go-rwx {path}"
            raise TroubleError(msg)
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as failure:
        msg = f"{path} cannot be read: {failure}"
        raise TroubleError(msg) from failure
    return text.splitlines()[0] if text else ""
