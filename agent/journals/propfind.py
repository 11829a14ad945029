"""Reading what a WebDAV server lists (RFC 4918, PROPFIND): a stream, bounded, without documents types or entities."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from agent.journals.way import TroubleError

REQUEST = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/>'
    b"<getetag/><getlastmodified/></prop></propfind>"
)
MOST_BYTES = 64 * 1024 * 1024
"""The longest list of one folder: some 100,000 files."""
MOST_TEXT = 8192
"""Characters of the longest single text in it."""
SEPARATOR = "\n"  # in no name


@dataclass
class Member:
    """One thing in a folder, as the server lists it."""

    href: str = ""
    size: int | None = None
    etag: str = ""
    modified: str = ""
    is_folder: bool = False


@dataclass
class Listing:
    """The parser: what has been read so far."""

    members: list[Member] = field(default_factory=list)
    _member: Member | None = None
    _text: str = ""

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """An element opens."""
        self._text = ""
        if name == "DAV:\nresponse":
            self._member = Member()
        elif name == "DAV:\ncollection" and self._member:
            self._member.is_folder = True

    def data(self, text: str) -> None:
        """Text goes on."""
        if len(self._text) + len(text) > MOST_TEXT:
            malformed("a text is too long")
        self._text += text

    def end(self, name: str) -> None:
        """An element closes."""
        text, member, self._text = self._text.strip(), self._member, ""
        if member is None:
            return
        match name.removeprefix("DAV:\n"):
            case "href" if not member.href:
                member.href = text
            case "getcontentlength":
                member.size = int(text) if text.isascii() and text.isdecimal() else None
            case "getetag":
                member.etag = text
            case "getlastmodified":
                member.modified = text
            case "response":
                self.members.append(member)
                self._member = None


def parse(pieces: Iterable[bytes]) -> list[Member]:
    """Read a multistatus answer. Raises TroubleError for what is none, too long, or dangerous."""
    listing, used = Listing(), 0
    parser = expat.ParserCreate(namespace_separator=SEPARATOR)
    parser.StartElementHandler, parser.EndElementHandler = listing.start, listing.end
    parser.CharacterDataHandler = listing.data
    parser.StartDoctypeDeclHandler = lambda *_: malformed("it declares a document type")
    try:
        for piece in pieces:
            used += len(piece)
            if used > MOST_BYTES:
                malformed("it is too long")
            parser.Parse(piece, False)  # noqa: FBT003 - expat takes it by position
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by position
    except expat.ExpatError as wrong:
        malformed(str(wrong))
    return listing.members


def malformed(why: str) -> NoReturn:
    """Refuse a list. Raises TroubleError."""
    msg = f"the server's list of files cannot be read: {why}"
    raise TroubleError(msg)
