"""The few files that pages fetch: in memory, zipped once, known by their content, so that browsers may keep them."""

import gzip
import hashlib
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import Response

TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class File:
    """One file, as it is sent."""

    body: bytes
    zipped: bytes
    media_type: str
    version: str


@dataclass(frozen=True, slots=True)
class Static:
    """All files by their path below /static/."""

    files: dict[str, File]

    @classmethod
    def of(cls, folder: Traversable) -> "Static":
        """Read a folder. What is of no type that pages fetch, such as licences, stays where it is."""
        return cls(dict(walk(folder, "")))

    def url(self, path: str) -> str:
        """Where a page fetches a file: another address whenever its content is another. Raises KeyError."""
        return f"/static/{path}?v={self.files[path].version}"

    def answer(self, request: Request) -> Response:
        """Send a file; zipped where the browser can have it so. There is nothing secret in it."""
        file = self.files.get(request.path_params["path"])
        if file is None:
            return Response("There is nothing here.", 404, media_type="text/plain")
        headers = {"vary": "accept-encoding"}
        if request.query_params.get("v") == file.version:
            headers["cache-control"] = FOREVER
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.zipped, headers=headers | {"content-encoding": "gzip"}, media_type=file.media_type)
        return Response(file.body, headers=headers, media_type=file.media_type)


def walk(folder: Traversable, below: str) -> list[tuple[str, File]]:
    """Every file of a known type in a folder and the folders in it."""
    found: list[tuple[str, File]] = []
    for entry in folder.iterdir():
        path = f"{below}{entry.name}"
        if entry.is_dir():
            found += walk(entry, f"{path}/")
        elif media_type := next((kind for end, kind in TYPES.items() if path.endswith(end)), None):
            found.append((path, file_of(entry.read_bytes(), media_type)))
    return found


def file_of(body: bytes, media_type: str) -> File:
    """A file with its zipped form and the name of its content."""
    return File(body, gzip.compress(body, mtime=0), media_type, hashlib.sha256(body).hexdigest()[:12])
