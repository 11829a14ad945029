"""Which files are pictures and videos, which lie beside them, and which folders hold only what is derived from them."""

import unicodedata

PICTURES = frozenset("jpg jpeg jpe jfif png webp heic heif avif gif bmp tif tiff jxl".split())  # noqa: SIM905 - a table
RAW = frozenset("dng raw cr2 cr3 crw nef nrw arw sr2 srf orf rw2 raf pef srw x3f rwl".split())  # noqa: SIM905 - a table
VIDEOS = frozenset("mp4 m4v mov 3gp 3g2 mkv webm avi mts m2ts mpg mpeg wmv ogv".split())  # noqa: SIM905 - a table
MEDIA = PICTURES | RAW | VIDEOS
"""Suffixes in lower case."""

SIDECARS = frozenset({"xmp", "aae", "thm", "lrv"})
"""Edits and previews beside a picture or video. A live photo's .mov is a video of its own: see partners.py."""

RECIPES = frozenset({"pp3", "dop", "vrd", "nksc", "ufraw"})
"""How other programs note an edit, beside the picture, after its whole name."""

BACKUPS = ("_original", "~", ".bak", ".orig")
"""What exiftool and editors put after the whole name when they keep the file as it was before."""

DERIVED = frozenset({".thumbnails", ".thumbs", ".sh_thumbnails", ".xvpics", "@eadir"})
"""Folders of thumbnails, in lower case."""

BINS = frozenset({"$recycle.bin", "recycler", "recycled", ".trashes"})
"""Folders of trash that Windows and macOS leave on a card, in lower case."""

DATABASES = frozenset({"thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "thumbnails-digikam.db"})
"""Thumbnails of a whole folder in one file, which its program makes again; in lower case."""

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


def key(name: str) -> str:
    """A name as a person reads it: capitals and ways to write an accent do not count. Cards and Macs mix both."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def is_media(name: str) -> bool:
    """Tell whether this is the name of a finished picture or video; one thrown away is still a picture."""
    return suffix(name) in MEDIA and not name.startswith((PENDING, "._"))


def is_sidecar_of(name: str, photo: str) -> bool:
    """Tell whether a file belongs to a photo in the same folder: photo.jpg.xmp, photo.xmp, PHOTO.AAE."""
    return suffix(name) in SIDECARS and key(stem(name)) in {key(photo), key(stem(photo))}


def is_about(name: str, photo: str) -> bool:
    """Tell whether a file bears the photo's whole name and holds no picture: an edit, or what macOS adds."""
    whole = suffix(name) in RECIPES | SIDECARS and key(stem(name)) == key(photo)
    return whole or (name.startswith("._") and key(name[2:]) == key(photo))


def is_backup_of(name: str, photo: str) -> bool:
    """Tell whether this is the name under which a program keeps the file as it was before it was changed."""
    return key(name) in {key(photo + ending) for ending in BACKUPS}


def is_database(name: str) -> bool:
    """Tell whether this one file holds the thumbnails of many pictures."""
    low = name.lower()
    return low in DATABASES or (low.startswith("thumbcache_") and low.endswith(".db")) or low.startswith(".thumbdata")


def is_derived(folder: str) -> bool:
    """Tell whether a folder holds thumbnails or trash, by its name."""
    low = folder.lower()
    return low in DERIVED or low in BINS or low == ".trash" or low.startswith(".trash-")
