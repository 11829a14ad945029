"""Names of files within an export: those that climb out are refused, what systems leave behind is passed over."""

import re
from typing import Final

from agreement.exports.refusals import ExportError

DRIVE: Final = re.compile(r"^[A-Za-z]:")
LEFT_BEHIND: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
LONGEST: Final = 4096


def plain_name(name: str) -> str:
    """A name with / between its parts. Raises ExportError("climbs") when it leads anywhere but inside.

    Names are never used to write a file. They are refused all the same: whoever sends such a name means harm.
    """
    inner = name.replace("\\", "/")
    parts = inner.split("/")
    absolute = inner.startswith("/") or DRIVE.match(inner) is not None
    if absolute or ".." in parts or "\0" in name or len(name) > LONGEST:
        raise ExportError("climbs")
    return "/".join(part for part in parts if part not in {"", "."})


def is_left_behind(name: str) -> bool:
    """Tell whether it is something that a system puts beside files: no picture, and no part of an export."""
    *folders, last = name.split("/")
    return "__MACOSX" in folders or last.startswith("._") or last.casefold() in LEFT_BEHIND


def last_part(name: str) -> str:
    """The name without its folders, upper and lower case the same."""
    return name.rpartition("/")[2].casefold()
