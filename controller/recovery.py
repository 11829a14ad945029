"""Which recovery key the tablets are told of, and what follows when it is missing, or another than before."""

from datetime import datetime

from controller import standings
from controller.held import put_back_by_itself
from controller.records import Author
from controller.seams import Books
from controller.seams.photos import Recovery

MOST = 100_000
"""Photos of one kind that are looked at anew when the key is another one."""


def adopt(books: Books, setting: str, key: Recovery, now: datetime) -> None:
    """Tell every tablet which key to seal for, if that is another than before. Without a key they seal nothing."""
    known = books.recovery_keys.known(setting)
    if key.public == (known.shown if known else ""):
        return
    books.recovery_keys.publish(setting, key.public or (known.public if known else ""), key.public, now)
    books.audit.add(Author("Safeuse", now), what_changed(known.public if known else "", key), "recovery key")
    for device in books.devices.in_setting(setting):
        stay_sealed(books, device)
    for photo in books.missing.every(setting, MOST):
        if photo.held and photo.back_at is None and key.public:
            put_back_by_itself(books, photo.device, photo.digest, photo.number, now)
    standings.renew_all(books, setting)


def what_changed(before: str, key: Recovery) -> str:
    """One line for the audit log; a public half may be known to anybody."""
    if not key.public:
        return f"The recovery key is missing: {key.trouble}"
    if before == key.public:
        return f"The recovery key {key.public[:16]}… is there again"
    return f"Tablets seal for the recovery key {key.public[:16]}… from now on"


def stay_sealed(books: Books, device: str) -> None:
    """Withdraw what was asked back and is sealed for another key than the one that is here."""
    if not books.recovery.public:
        return
    asked = books.held.asked_back(device, MOST)
    books.held.keep_sealed(device, [one.digest for one in asked if not books.recovery.opens(one.sealed_key)])
