"""A controller's shelf of journal exports in memory: it offers imports, their fingerprints, and the pictures."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

import msgspec

from agent.seams.courier import UndeliveredError
from agreement.facts import Publication
from agreement.imports import Claim, ImportList, ImportReady, Indexed, IndexPage
from agreement.letters import RefusedError
from agreement.matching.fingerprints import fingerprint
from agreement.matching.known import HEAD, kind_of
from tests.agreement.cast import NOON

PAGE = 2


@dataclass
class FakeExports:
    """What the manager has handed in. Nobody answers unless it is `open`; `grants` is False while its disk is full.

    `drops_answers` loses the way back of what was granted.
    """

    shelf: dict[str, bytes] = field(default_factory=dict)
    ready: list[ImportReady] = field(default_factory=list)
    pages: dict[int, list[Indexed]] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    claims: dict[str, str] = field(default_factory=dict)
    open: bool = True
    grants: bool = True
    drops_answers: bool = False

    def hand_in(self, *pictures: bytes, at: datetime = NOON) -> int:
        """The manager hands in an export with these pictures; gives its number."""
        number = len(self.ready) + 1
        self.pages[number] = sorted((self.indexed(content) for content in pictures), key=lambda one: one.id)
        source = f"journal export of 5 January 2026 (import {number})"
        self.ready.append(ImportReady(number, at, at, source, len(pictures), 0, kept_until=at))
        return number

    def indexed(self, content: bytes) -> Indexed:
        """One picture, put on the shelf."""
        name = hashlib.sha256(content).hexdigest()
        self.shelf[name] = content
        kind = kind_of(content[:HEAD])
        assert kind is not None
        known = msgspec.Raw(msgspec.json.encode(fingerprint(io.BytesIO(content), kind)))
        return Indexed(name, len(content), Publication.UNKNOWN, known)

    def imports(self, after: int) -> ImportList:
        self.must_be_open()
        return ImportList(tuple(one for one in self.ready if one.number > after))

    def index(self, number: int, after: str) -> IndexPage:
        rest = [one for one in self.pictures_of(number) if one.id > after]
        return IndexPage(number, tuple(rest[:PAGE]), rest[PAGE - 1].id if len(rest) > PAGE else None)

    def picture(self, name: str, target: IO[bytes], most: int) -> None:
        self.must_be_open()
        if name not in self.shelf:
            known = any(one.id == name for page in self.pages.values() for one in page)
            code = "picture_gone" if known else "no_such_picture"
            raise RefusedError(code, "the picture is gone")
        if len(self.shelf[name]) > most:
            msg = f"the answer is longer than {most} bytes"
            raise UndeliveredError(msg)
        self.fetched.append(name)
        target.seek(0)
        target.truncate()
        target.write(self.shelf[name])

    def pictures_of(self, number: int) -> list[Indexed]:
        """The pictures of an import, if there is one."""
        self.must_be_open()
        if number not in self.pages:
            code = "no_such_import"
            raise RefusedError(code, "there is no such import")
        return self.pages[number]

    def claim(self, number: int, claims: Sequence[Claim]) -> frozenset[str]:
        self.must_be_open()
        if not self.grants:
            msg = "the controller could not write it down"
            raise UndeliveredError(msg)
        if not {claim.picture for claim in claims} <= {one.id for one in self.pictures_of(number)}:
            code = "no_such_picture"
            raise RefusedError(code, "there is no such picture")
        for claim in claims:
            self.claims.setdefault(claim.picture, claim.photo)
        if self.drops_answers:
            msg = "the answer was lost"
            raise UndeliveredError(msg)
        return frozenset(claim.picture for claim in claims if self.claims[claim.picture] == claim.photo)

    def must_be_open(self) -> None:
        """Fail as a courier fails that reaches nobody."""
        if not self.open:
            msg = "the controller cannot be reached"
            raise UndeliveredError(msg)
