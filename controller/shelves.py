"""Where the pictures of the journal's exports lie while tablets may still ask for them: sealed, each import by a key.

Nothing lies here in clear, at no time: an upload is sealed page by page as it arrives. The keys lie in another folder,
which no backup of the home folder holds. Once a key is gone, what it sealed is noise; then the files go too. No file is
named after anything but a digest or a number.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from agreement.drawers import PAGE, SEALED, Drawer, DrawerError, Filling, content_size, new_key, whole_pages
from agreement.exports.entries import Source
from agreement.exports.refusals import ExportError

FOLDER: Final = 0o700
FILE: Final = 0o600
PIECE: Final = 1024 * 1024
UPLOAD: Final = "upload"
LOCK: Final = "lock"


@dataclass(frozen=True, slots=True)
class Put:
    """What was sealed away: the SHA-256 of its content (64 hex digits) and its size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Shelves:
    """The folders of all imports, and their keys. Every method raises OSError where the disk does."""

    folder: Path
    keys: Path

    def make_key(self) -> str:
        """Make a key for a new import; gives its name. It is durable when this returns."""
        make_folder(self.keys)
        name = secrets.token_hex(16)
        with opened_new(self.keys / name) as file:
            file.write(new_key())
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.keys)
        return name

    def key(self, name: str) -> bytes | None:
        """The key with this name; None when it is gone."""
        with contextlib.suppress(FileNotFoundError):
            return (self.keys / name).read_bytes()
        return None

    def burn(self, name: str) -> None:
        """Remove a key, for good: what it sealed cannot be opened any more."""
        with contextlib.suppress(FileNotFoundError):
            (self.keys / name).unlink()
            sync_folder(self.keys)

    def place(self, ident: int) -> Path:
        """The folder of one import, made if need be."""
        folder = self.folder / str(ident)
        make_folder(folder)
        return folder

    def picture(self, ident: int, digest: str) -> Path:
        """Where one sealed picture of an import lies, or would."""
        return self.folder / str(ident) / digest

    def upload(self, ident: int) -> Path:
        """Where the sealed upload of an import lies, or would."""
        return self.folder / str(ident) / UPLOAD

    def received(self, ident: int, key: bytes, size: int) -> int:
        """Bytes of an upload of so many bytes that are safely here: whole pages, and the last one when it is whole."""
        try:
            sealed = self.upload(ident).stat().st_size
        except FileNotFoundError:
            return 0
        if content_size(sealed) == size and self.ends_well(ident, key):
            return size
        return min(whole_pages(sealed) * PAGE, size)

    def ends_well(self, ident: int, key: bytes) -> bool:
        """Tell whether the last page of an upload is whole: writing it may have been cut off."""
        with drawer(self.upload(ident), key) as upload:
            upload.seek(-1, os.SEEK_END)
            try:
                return bool(upload.read(1)) or upload.size == 0
            except DrawerError:
                return False

    def put(self, ident: int, key: bytes, source: Source) -> Put:
        """Seal everything that a source gives, under its digest. What was there under it stays. Raises ExportError."""
        folder = self.place(ident)
        part = folder / "part"
        part.unlink(missing_ok=True)
        sha, size = hashlib.sha256(), 0
        with opened_new(part) as file:
            filling = Filling(file, key)
            while piece := source.read(PIECE):
                sha.update(piece)
                size += len(piece)
                filling.write(piece)
            filling.finish()
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / sha.hexdigest())
        return Put(sha.hexdigest(), size)

    def settle(self, ident: int) -> None:
        """Make durable which pictures of an import are here."""
        sync_folder(self.place(ident))

    def drop(self, ident: int, digest: str) -> None:
        """Remove one picture of an import."""
        self.picture(ident, digest).unlink(missing_ok=True)

    def clear(self, ident: int) -> None:
        """Remove the whole folder of an import."""
        if (folder := self.folder / str(ident)).exists():
            shutil.rmtree(folder)
            sync_folder(self.folder)

    def idents(self) -> frozenset[int]:
        """The ids of all imports that have a folder here."""
        if not self.folder.exists():
            return frozenset()
        return frozenset(int(one.name) for one in self.folder.iterdir() if one.name.isdecimal())

    def sweep_keys(self, needed: frozenset[str], before: datetime) -> None:
        """Remove the keys that nothing needs and that are older than this."""
        if not self.keys.exists():
            return
        for one in self.keys.iterdir():
            if one.name not in needed and datetime.fromtimestamp(one.stat().st_mtime, UTC) < before:
                self.burn(one.name)

    def room(self) -> int:
        """Free bytes on the disk that the pictures lie on."""
        make_folder(self.folder)
        return shutil.disk_usage(self.folder).free

    @contextlib.contextmanager
    def alone(self, ident: int) -> Iterator[bool]:
        """Be the only one who reads this import; False when another process does already."""
        descriptor = os.open(self.place(ident) / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def filling(path: Path, key: bytes) -> Iterator[Filling]:
    """Go on filling an upload after its last whole page; durable when the block ends, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, FILE)
    with os.fdopen(descriptor, "r+b") as file:
        pages = whole_pages(file.seek(0, os.SEEK_END))
        file.truncate(pages * SEALED)
        file.seek(0, os.SEEK_END)
        try:
            yield Filling(file, key, pages)
        finally:
            file.flush()
            os.fsync(file.fileno())


@contextlib.contextmanager
def drawer(path: Path, key: bytes) -> Iterator[Drawer]:
    """Open a sealed file for reading. Raises ExportError("unreadable") when it is not there."""
    try:
        file = path.open("rb")
    except OSError as gone:
        raise ExportError("unreadable") from gone
    with file:
        yield Drawer(file, key)


def make_folder(path: Path) -> None:
    """Make a folder for its owner only."""
    path.mkdir(parents=True, exist_ok=True, mode=FOLDER)


def opened_new(path: Path) -> IO[bytes]:
    """A new file, for its owner only."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, FILE), "wb")


def sync_folder(path: Path) -> None:
    """Make durable what was made or removed in a folder."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
