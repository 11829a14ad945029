"""Enrolment: a code for one tablet of a setting, that works once within half an hour, and the tablet that brings it."""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from agreement.enrolment import PIN, Code, new_secret, spell
from agreement.letters import Enrol, Enrolled, Problem
from controller import standings
from controller.notices import CODES, TABLETS
from controller.records import Author, Device, DeviceState, IssuedCode
from controller.refusals import problem
from controller.seams import Books, Store

LIFE = timedelta(minutes=30)
LONGEST = 60
"""Characters of a tablet's name."""
ADDRESSES = 200
"""Bytes of addresses that fit a code; those that do not fit are left out, the last first."""


class TabletNameError(ValueError):
    """The name cannot be given to a tablet; says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A fresh code, as it is shown once."""

    code: str
    tablet: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Here:
    """Where this controller is reached, and the SHA-256 of its certificate."""

    addresses: tuple[str, ...]
    fingerprint: str


def make_code(store: Store, setting: str, tablet: str, here: Here, author: Author) -> Made:
    """Make a code for a new tablet. Raises TabletNameError for a name that is no name, or is taken."""
    name = plain_name(tablet)

    def job(books: Books) -> Made:
        if books.devices.named(setting, name):
            msg = f"there is a tablet called “{name}” already; choose another name, or enrol that tablet anew"
            raise TabletNameError(msg)
        return issued(books, (setting, name, None), here, author)

    return store.write(job)


def make_code_anew(store: Store, device: str, here: Here, author: Author) -> Made:
    """Make a code with which a known tablet is enrolled as itself, with a new key. Raises TabletNameError."""

    def job(books: Books) -> Made:
        known = books.devices.get(device)
        if known is None or known.state is DeviceState.RETIRED:
            msg = "this tablet does not take part any more; enrol it under a name of its own"
            raise TabletNameError(msg)
        return issued(books, (known.setting, known.name, known.id), here, author)

    return store.write(job)


def issued(books: Books, whom: tuple[str, str, str | None], here: Here, author: Author) -> Made:
    """Keep the hash of a fresh secret, and spell the code."""
    setting, name, device = whom
    secret, expires = new_secret(), author.at + LIFE
    books.codes.add(IssuedCode(hashed(secret), name, setting, device, author.by, author.at, expires, None))
    books.audit.add(author, f"Made a code to enrol {name}{' anew' if device else ''}", device or name)
    books.ring(CODES)
    return Made(spell(Code(fitting(here.addresses), here.fingerprint[: 2 * PIN], secret)), name, expires)


def enrol(books: Books, letter: Enrol, now: datetime) -> Enrolled | Problem:
    """Take a tablet in by its code: within one transaction the code is used up and the key known."""
    digest = hashed(letter.secret)
    code = books.codes.get(digest)
    if code is None:
        return problem("code_unknown", now)
    if code.used_at is not None:
        return again(books, code, letter, now) or problem("code_used", now)
    if now >= code.expires_at:
        return problem("code_expired", now)
    if code.device is None and books.devices.named(code.setting, code.tablet):
        return problem("name_taken", now)
    if not books.codes.use(digest, now):
        return problem("code_used", now)
    device = anew(books, code.device, letter, now) if code.device else added(books, code, letter, now)
    books.ring(TABLETS)
    return Enrolled(device.id, standings.build(books, device), now)


def again(books: Books, code: IssuedCode, letter: Enrol, now: datetime) -> Enrolled | None:
    """The same answer to the same key: the first one was lost on its way."""
    device = books.devices.named(code.setting, code.tablet)
    if device is None or device.key != letter.key or now >= code.expires_at:
        return None
    return Enrolled(device.id, standings.build(books, device), now)


def added(books: Books, code: IssuedCode, letter: Enrol, now: datetime) -> Device:
    """A tablet that was not known before."""
    name = identifier(code.tablet)
    books.devices.add(name, code, letter, now)
    books.audit.add(Author(code.by, now), f"{code.tablet} was enrolled", name)
    return known(books, name)


def anew(books: Books, device: str, letter: Enrol, now: datetime) -> Device:
    """A known tablet with a new key; the old one is retired and its record may start anew."""
    before = known(books, device)
    books.devices.rekey(before, letter.key, letter.machine, now)
    standings.renew(books, device)
    books.audit.add(Author("Safeuse", now), f"{before.name} was enrolled anew; its old key is retired", device)
    return known(books, device)


def known(books: Books, device: str) -> Device:
    """The tablet that was just written. Raises KeyError."""
    found = books.devices.get(device)
    if found is None:
        raise KeyError(device)
    return found


def plain_name(name: str) -> str:
    """A tablet's name without what cannot be seen. Raises TabletNameError."""
    plain = " ".join(unicodedata.normalize("NFC", name).split())
    if not plain or len(plain) > LONGEST or any(unicodedata.category(c)[0] == "C" for c in plain):
        msg = f"a tablet needs a name of 1 to {LONGEST} visible characters, such as “Sunflower 1”"
        raise TabletNameError(msg)
    return plain


def identifier(name: str) -> str:
    """An id that a person recognises in a log: letters and digits of the name, and four that are by chance."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40] or "tablet"
    return f"{plain}-{secrets.token_hex(4)}"


def hashed(secret: str) -> str:
    """How a secret is kept. It has 80 random bits, so a plain digest tells nothing of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fitting(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """As many addresses as a code can carry, in their order."""
    kept: list[str] = []
    for address in addresses:
        if len(",".join([*kept, address]).encode()) <= ADDRESSES:
            kept.append(address)
    return tuple(kept)
