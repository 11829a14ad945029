"""What holds for a tablet: its setting's agreement, and whether it is lost. Every change bumps the sequence."""

from collections.abc import Callable
from dataclasses import replace

from agreement.agreement import Agreement
from agreement.facts import GiveBack, Keep
from agreement.letters import Standing
from controller.notices import TABLETS, standing_of
from controller.records import Author, Device
from controller.seams import Books

BACK_AT_ONCE = 200
"""Keys of held photos in one letter: the rest follows as the tablet puts the first back."""
KEEPS = 500
"""Photos that may stay, in one letter; beyond that those that may stay longest."""


def build(books: Books, device: Device) -> Standing:
    """The standing that holds for this tablet."""
    setting = books.agreements.setting(device.setting)
    incident = books.incidents.get(device.incident) if device.incident else None
    return Standing(
        sequence=device.standing,
        device=device.id,
        tablet=device.name,
        setting=setting.name,
        agreement=terms(books, device.setting),
        lost=incident.lost if incident else None,
        check_in_every=setting.check_in_every,
        imports=books.imports.newest(),
        recovery=books.recovery.public,
        give_back=() if device.incident else give_back(books, device.id),
        keeps=keeps(books, device.id),
    )


def give_back(books: Books, device: str) -> tuple[GiveBack, ...]:
    """The keys of what is to be put back on a tablet, opened for this letter only."""
    asked = books.held.asked_back(device, BACK_AT_ONCE) if books.recovery.public else ()
    opened = ((photo.digest, books.recovery.open(photo.sealed_key)) for photo in asked)
    return tuple(GiveBack(digest, key) for digest, key in opened if key is not None)


def keeps(books: Books, device: str) -> tuple[Keep, ...]:
    """What the manager lets stay on a tablet; the tablet itself judges whether that time is over."""
    allowed = books.keeps.allowed(device, KEEPS)
    return tuple(Keep(photo.digest, photo.until) for photo in allowed if photo.until is not None)


def of(books: Books, device: str) -> Standing | None:
    """The standing of the tablet with this id."""
    known = books.devices.get(device)
    return None if known is None else build(books, known)


def if_lost(books: Books, device: str) -> Standing | None:
    """The standing of a lost tablet: it is told even when its letters are refused."""
    standing = of(books, device)
    return standing if standing is not None and standing.lost is not None else None


def terms(books: Books, setting: str) -> Agreement:
    """The agreement in force; the plainest one while there is none."""
    return books.agreements.current(setting) or Agreement()


def renew(books: Books, device: str) -> int:
    """A newer standing holds for this tablet; its long poll is answered once this is committed."""
    sequence = books.devices.bump(device)
    books.ring(standing_of(device))
    books.ring(TABLETS)
    return sequence


def renew_all(books: Books, setting: str) -> None:
    """A newer standing holds for every tablet of a setting."""
    for device in books.devices.in_setting(setting):
        renew(books, device)


def change(
    books: Books, setting: str, changed: Callable[[Agreement], Agreement], author: Author, why: str
) -> Agreement:
    """Put new terms into force as a new version, with their author; every tablet is told.

    Raises what the clauses raise for terms that must not be (law 6); then nothing has changed.
    """
    held = terms(books, setting)
    new = replace(changed(held), version=held.version + 1)
    books.agreements.put(setting, new, author, why)
    books.audit.add(author, why, "agreement")
    renew_all(books, setting)
    return new
