"""The child that knows pictures: python -m agent.imports LINE, LINE a socket that it was handed. It ends with it.

It loads what decodes pictures, then gives up every right that it has, and only then looks at the first file.
"""

import contextlib
import io
import json
import os
import resource
import socket
import sys
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

import msgspec

from agreement.bounds import JUDGING
from agreement.matching import verdicts
from agreement.matching.fingerprints import fingerprint
from agreement.matching.known import HEAD, Fingerprint, Kind, UndecodableError, kind_of
from agreement.matching.loading import load
from agreement.matching.shortlist import CLEAR, Index

NOBODY = 65534
"""The account without rights, on every Linux."""
LONGEST = 128 * 1024
MOST_FILES = 4


class Line:
    """The way to the agent."""

    def __init__(self, number: int) -> None:
        self._socket = socket.socket(fileno=number)

    def hear(self) -> tuple[dict[str, Any], list[int]]:
        """What the agent asks, with the files that came along; ends the process when the agent is gone."""
        said, files, _, _ = socket.recv_fds(self._socket, LONGEST, MOST_FILES)
        if not said:
            os._exit(0)
        return json.loads(said), list(files)

    def say(self, **message: object) -> None:
        """Answer one thing."""
        self._socket.sendall(msgspec.json.encode(message))

    def want(self, kind: str, name: str) -> BinaryIO | None:
        """Ask for the pixels of a photo or a picture."""
        self.say(want=kind, id=name)
        answer, files = self.hear()
        return os.fdopen(files[0], "rb") if answer["found"] else None


def main() -> None:
    """Answer until the agent is gone."""
    line = Line(int(sys.argv[1]))
    load(io.BytesIO)  # while files can still be opened
    confine()
    while True:
        asked, files = line.hear()
        with os.fdopen(files[0], "rb") as file:
            if asked["do"] == "fingerprint":
                line.say(**fingerprint_of(file))
            else:
                judge(line, file)


def confine() -> None:
    """Give up every right: memory beyond measure, files, and being anyone.

    Inside a user namespace there may be nobody to become; then the process stays who it is, and says so.
    """
    JUDGING.lay_on(resource)
    if os.geteuid() == 0:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        except OSError as nobody:
            print(f"pictures are looked at with more rights than they should be: {nobody}", file=sys.stderr)  # noqa: T201 - the service's log


def fingerprint_of(file: BinaryIO) -> dict[str, str]:
    """The fingerprint of one photo as JSON, or why there is none."""
    kind = kind_of(file.read(HEAD))
    file.seek(0)
    if kind is None:
        return {"trouble": "it is no picture or video of a kind that is known"}
    try:
        return {"fingerprint": msgspec.json.encode(fingerprint(file, kind)).decode()}
    except (UndecodableError, MemoryError) as wrong:
        return {"trouble": str(wrong) or "it needs more memory than there is"}


def judge(line: Line, request: BinaryIO) -> None:
    """Judge every photo against every picture, as agent/imports/work.py writes them; a message a judgement."""
    photos, pictures, rest = read(line, request)
    index = Index((picture.id, picture.known) for picture in pictures)
    for photo in photos:
        if photo.id in rest["words"] and photo.known.quality >= CLEAR:
            line.say(near={photo.id: index.near(photo.known)})
    wanted = verdicts.shortlist(((photo.id, photo.known) for photo in photos), index)
    for judgement in verdicts.judge(photos, pictures, rest["claims"], wanted):
        line.say(judgement=judgement)
    line.say(done=True)


def read(line: Line, request: BinaryIO) -> tuple[list[verdicts.Photo], list[verdicts.Picture], dict[str, Any]]:
    """The photos, the pictures, and the rest of a request."""
    photos: list[verdicts.Photo] = []
    pictures: list[verdicts.Picture] = []
    rest: dict[str, Any] = {}
    for text in request:
        said = json.loads(text)
        if "photo" in said:
            known = dated(said["known"], datetime.fromisoformat(said["taken"]))
            name = said["photo"]
            known = with_parts(line, name, known) if said["here"] else known
            photos.append(verdicts.Photo(name, known, partial(line.want, "photo", name), name))
        elif "picture" in said:
            known, name = msgspec.json.decode(said["known"], type=Fingerprint), said["picture"]
            pictures.append(verdicts.Picture(name, known, partial(line.want, "picture", name)))
        else:
            rest = said
    return photos, pictures, rest


def with_parts(line: Line, name: str, known: Fingerprint) -> Fingerprint:
    """The fingerprint of a photo that is here, with its parts: they find copies that were cropped or turned.

    They are made anew each time: kept for every photo ever seen, they would fill the ledger.
    """
    source = line.want("photo", name) if known.kind is Kind.PICTURE else None
    if source is None:
        return known
    with source, contextlib.suppress(UndecodableError):
        return msgspec.structs.replace(known, parts=fingerprint(source, Kind.PICTURE, parts=True).parts)
    return known


def dated(known: str, taken: datetime) -> Fingerprint:
    """A fingerprint; where the file does not tell when it was taken, the tablet's own time stands in."""
    read = msgspec.json.decode(known, type=Fingerprint)
    return read if read.taken else msgspec.structs.replace(read, taken=taken)


if __name__ == "__main__":
    main()
