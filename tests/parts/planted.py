"""Copies of one photo in every place where programs leave them, each with an innocent neighbour in the same place.

`Ground` is a tablet's disks: a home and two cards, each with a watched folder. `plant` puts copies of the photo and, in
the very same places, of its neighbour. `residue` searches everything again, by digest and by looking at it.
"""

import hashlib
import io
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from agent.media.copies import uri

SEEN = 16
"""Pixels a side, in grey, by which a person's eye is stood in for."""

ALIKE = 8
"""Mean difference in grey levels below which two pictures show the same."""

TAKEN = b"2026:11:24 09:00:%02d"


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture: its bytes as the camera wrote them, and its name."""

    name: str
    content: bytes
    second: int

    def smaller(self, side: int, form: str = "JPEG") -> bytes:
        """A preview of it."""
        with Image.open(io.BytesIO(self.content)) as picture:
            picture.thumbnail((side, side))
            out = io.BytesIO()
            picture.save(out, form)
        return out.getvalue()

    def before(self) -> bytes:
        """The same picture with other bytes, as before an edit; its camera's time is in both."""
        with Image.open(io.BytesIO(self.content)) as picture:
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=60, exif=exif(self.second))
        return out.getvalue()

    def raw(self) -> bytes:
        """A raw file of it: TIFF, as DNG is."""
        with Image.open(io.BytesIO(self.content)) as picture:
            picture.thumbnail((300, 300))
            out = io.BytesIO()
            picture.save(out, "TIFF", exif=exif(self.second))
        return out.getvalue()


def exif(second: int) -> Image.Exif:
    """What a camera writes about a picture."""
    made = Image.Exif()
    made[0x0132] = (TAKEN % second).decode()
    return made


def photo(path: Path, name: str, second: int) -> Photo:
    """A camera's photo, made from a picture."""
    with Image.open(path) as picture:
        picture.thumbnail((640, 640))
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=92, exif=exif(second))
    return Photo(name, out.getvalue(), second)


@dataclass
class Ground:
    """The disks. `seen_as` are other paths by which the first card's folder is seen (a bind mount)."""

    home: Path
    card: Path
    stick: Path
    cache: Path  # where somebody moved their caches to
    data: Path  # where somebody moved their data to, trash included
    seen_as: Path | None = None
    databases: list[Path] = field(default_factory=list)

    @property
    def watched(self) -> list[Path]:
        """The folders that the agent watches."""
        return [self.home / "DCIM", self.card / "DCIM", self.stick / "Pictures"]

    def everything(self) -> Iterator[Path]:
        """Every file on every disk."""
        for top in (self.home, self.card, self.stick, self.cache, self.data):
            yield from (path for path in top.rglob("*") if path.is_file() and not path.is_symlink())


Places = Callable[[Ground, Photo], dict[str, bytes]]


def plant(ground: Ground, photo: Photo) -> list[Path]:
    """Put copies of a photo everywhere; gives where."""
    planted = []
    for path, content in everywhere(ground, photo).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            content = path.read_bytes() + content  # noqa: PLW2901 - one file for many pictures
        path.write_bytes(content)
        planted.append(path)
    for path in (ground.home / f"Documents/link-{photo.name}", ground.home / f"DCIM/second-{photo.name}"):
        path.hardlink_to(ground.home / "DCIM" / photo.name)
        planted.append(path)
    return planted


def everywhere(ground: Ground, photo: Photo) -> dict[Path, bytes]:
    """Every place and what lies there."""
    return {
        **photos(ground, photo),
        **trash(ground, photo),
        **copies(ground, photo),
        **beside(ground.home / "DCIM", photo),
        **beside(ground.card / "DCIM", photo),
        **thumbnails(ground, photo),
        **numbered(ground, photo),
    }


def photos(ground: Ground, photo: Photo) -> dict[Path, bytes]:
    """Photos of their own: each goes on its own evidence."""
    name = photo.name
    return {
        ground.home / "DCIM" / name: photo.content,
        ground.card / "DCIM" / name: photo.content,
        ground.card / "DCIM/100MEDIA" / name.upper(): photo.content,
        ground.stick / "Pictures" / f"été {name}": photo.content,
        ground.home / "DCIM" / f".trashed-179-{name}": photo.content,
        ground.home / "DCIM" / f"{stem(name)}.dng": photo.raw(),
        ground.card / "DCIM" / f"{stem(name)}_original.jpg": photo.before(),
        ground.stick / "Pictures/.picasaoriginals" / f"été {name}": photo.before(),
    }


def trash(ground: Ground, photo: Photo) -> dict[Path, bytes]:
    """What was thrown away, and the notes on where it came from."""
    name, content = photo.name, photo.content
    files = {}
    for bin_ in (
        ground.home / ".local/share/Trash",
        ground.data / "Trash",
        ground.card / ".Trash-1000",
        ground.card / ".Trash/1000",
        ground.stick / ".Trash-0",
    ):
        files[bin_ / "files" / name] = content
        files[bin_ / "info" / f"{name}.trashinfo"] = f"[Trash Info]\nPath=DCIM/{name}\n".encode()
    return files | {
        ground.home / f".local/share/Trash/files/album/{name}": content,
        ground.card / f"$RECYCLE.BIN/S-1-5-21/$R{stem(name)}.jpg": content,
        ground.card / f"$RECYCLE.BIN/S-1-5-21/$I{stem(name)}.jpg": name.encode("utf-16"),
        ground.card / f".Trashes/501/{name}": content,
        ground.home / f"DCIM/.pending-179-{name}": content,
    }


def copies(ground: Ground, photo: Photo) -> dict[Path, bytes]:
    """The same bytes elsewhere."""
    name, content = photo.name, photo.content
    entry = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
    header = struct.pack("<QIII4x", 0xFCFB6D1BA7725C30, 5, 20, 0) + b"https://journal/?a=bc"[:20]
    end = struct.pack("<QIIQ", 0xF4FA6F45970D41D8, 0, 0, len(content))
    return {
        ground.home / f"Downloads/{name}": content,
        ground.home / f"Documents/Wall display/{name}": content,
        ground.home / f"Documents/{stem(name)}": content,
        ground.home / f".cache/journal/upload-{stem(name)}.tmp": content,
        ground.home / f".var/app/org.journal/cache/{stem(name)}.part": content,
        ground.home / f".config/journal/IndexedDB/{stem(name)}.blob": content,
        ground.home / f".cache/mozilla/firefox/x.default/cache2/entries/{entry.upper()}": content
        + bytes(50)
        + len(content).to_bytes(4, "big"),
        ground.home / f".cache/chromium/Default/Cache/Cache_Data/{entry[:16]}_0": header + content + end + bytes(200),
        ground.cache / f"viewer/{name}": content,
        ground.card / f"Android/data/org.journal/cache/{name}": content,
        ground.card / f"LOST.DIR/{photo.second}": content,
        ground.stick / f"Backup/{name}": content,
    }


def beside(folder: Path, photo: Photo) -> dict[Path, bytes]:
    """What programs leave beside a picture."""
    name = photo.name
    return {
        folder / f"{name}~": photo.before(),
        folder / f"{name}.bak": photo.before(),
        folder / f"{name}_original": photo.before(),
        folder / f"{name}.xmp": b"<x:xmpmeta/>",
        folder / f"{stem(name).upper()}.AAE": b"<plist/>",
        folder / f"{name}.pp3": b"[Version]",
        folder / f"._{name}": b"\0\5\x16\7" + photo.smaller(64),
        folder / f".comments/{name}.xml": b"<comment/>",
    }


def thumbnails(ground: Ground, photo: Photo) -> dict[Path, bytes]:
    """Previews that the photo's address or name calls its own."""
    name, small = photo.name, photo.smaller(128)
    png = photo.smaller(256, "PNG")
    made: dict[Path, bytes] = {
        ground.home / f"DCIM/.thumbnails/{name}": small,
        ground.home / f"DCIM/@eaDir/{name}/SYNOPHOTO_THUMB_M.jpg": small,
        ground.card / f"DCIM/.xvpics/{name}": small,
        ground.card / f"DCIM/.sh_thumbnails/normal/{md5(name)}.png": png,
    }
    paths = [
        *(folder / name for folder in (ground.home / "DCIM", ground.card / "DCIM", ground.home / "Downloads")),
        ground.home / f"DCIM/second-{name}",
        ground.home / ".local/share/Trash/files" / name,
        *([ground.seen_as / name] if ground.seen_as else []),
    ]
    addresses = [*(uri(str(path)) for path in paths), f"trash:///{name}"]
    for cache in (ground.home / ".cache/thumbnails", ground.home / ".thumbnails", ground.cache / "thumbnails"):
        for size in ("normal", "large", "x-large", "xx-large"):
            made |= {cache / size / f"{md5(address)}.png": png for address in addresses}
    boxed = ground.home / ".var/app/org.gnome.Loupe/cache/thumbnails/large"
    return made | {boxed / f"{md5(address)}.png": png for address in addresses}


def numbered(ground: Ground, photo: Photo) -> dict[Path, bytes]:
    """Previews whose names say nothing."""
    return {
        ground.card / f"DCIM/.thumbnails/{1000 + photo.second}.jpg": photo.smaller(160),
        ground.home / f".cache/shotwell/thumbs/thumbs128/thumb{photo.second:016x}.jpg": photo.smaller(128),
    }


def databases(ground: Ground, photo: Photo) -> list[Path]:
    """Put previews of a photo into files that hold those of many; gives where."""
    small = photo.smaller(96)
    placed = [
        ground.card / "DCIM/Thumbs.db",
        ground.card / "DCIM/.thumbnails/.thumbdata4-1967290299",
        ground.home / "DCIM/thumbnails-digikam.db",
    ]
    for path in placed:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(small)
    return placed


def residue(ground: Ground, photo: Photo) -> list[Path]:
    """Every file that still holds the photo's bytes, or shows it."""
    small = photo.smaller(96)
    return [
        path
        for path in ground.everything()
        if photo.content in (held := path.read_bytes()) or small in held or shows(held, photo)
    ]


def shows(content: bytes, photo: Photo) -> bool:
    """Tell whether a file is a picture that looks like this photo."""
    start = max(content.find(b"\xff\xd8\xff"), 0)  # what macOS adds begins with words of its own
    try:
        with Image.open(io.BytesIO(content[start:])) as picture:
            other = grey(picture)
    except (UnidentifiedImageError, OSError):
        return False
    with Image.open(io.BytesIO(photo.content)) as picture:
        own = grey(picture)
    return sum(abs(one - two) for one, two in zip(own, other, strict=True)) / len(own) < ALIKE


def grey(picture: Image.Image) -> bytes:
    """A picture as a few grey points."""
    return picture.convert("L").resize((SEEN, SEEN), Image.Resampling.BOX).tobytes()


def stem(name: str) -> str:
    """The name without its suffix."""
    return os.path.splitext(name)[0]  # noqa: PTH122 - a name


def md5(text: str) -> str:
    """What thumbnails are called by."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
