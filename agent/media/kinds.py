"""Which files are pictures and videos, which lie beside them, and which folders hold only what is derived from them."""

_PICTURES = """
jpg jpeg jpe jfif png webp heic heif avif gif bmp tif tiff jxl
dng raw cr2 cr3 crw nef nrw arw sr2 srf orf rw2 raf pef srw x3f rwl
"""
_VIDEOS = "mp4 m4v mov 3gp 3g2 mkv webm avi mts m2ts mpg mpeg wmv ogv"
MEDIA = frozenset(_PICTURES.split()) | frozenset(_VIDEOS.split())
"""Suffixes in lower case."""

SIDECARS = frozenset({"xmp", "aae", "thm"})
"""Edits and previews beside a picture. A live photo's .mov is a video of its own: it may not be in the journal."""

DERIVED = frozenset({".thumbnails", ".thumbs", ".sh_thumbnails", ".xvpics", "@eadir"})
"""Folders of thumbnails, in lower case."""

PENDING, TRASHED = ".pending-", ".trashed-"
"""How Android names a picture that is still being written, and one that was thrown away but is still there."""


def suffix(name: str) -> str:
    """The last part of a name in lower case, without the dot; empty where there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def stem(name: str) -> str:
    """The name without its suffix."""
    head, dot, _ = name.rpartition(".")
    return head if dot and head else name


def is_media(name: str) -> bool:
    """Tell whether this is the name of a finished picture or video; one thrown away is still a picture."""
    return suffix(name) in MEDIA and not name.startswith(PENDING)


def is_sidecar_of(name: str, photo: str) -> bool:
    """Tell whether a file belongs to a photo in the same folder: photo.jpg.xmp, photo.xmp, PHOTO.AAE."""
    return suffix(name) in SIDECARS and stem(name).casefold() in {photo.casefold(), stem(photo).casefold()}


def is_derived(folder: str) -> bool:
    """Tell whether a folder holds thumbnails or trash, by its name."""
    low = folder.lower()
    return low in DERIVED or low == ".trash" or low.startswith(".trash-")
