"""Tablets, as the manager sees them: one card each, all there is to know of one, and the decisions about them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.letters import Mark
from controller import standings
from controller.notices import TABLETS
from controller.photo_records import HeldPhoto, KeepAsked
from controller.presence import Presence
from controller.records import (
    AppChange,
    Author,
    Device,
    DeviceState,
    Happening,
    HourHeard,
    NetworkSeen,
    OpenFinding,
    PurgeRecord,
    TabletState,
)
from controller.seams import Books, Store

SILENT = 3
"""A tablet that missed so many check-ins is off."""
WEEK = timedelta(days=7)
MOST = 200
"""Pieces of news that a page looks back on."""


class TabletError(ValueError):
    """Nothing can be done about this tablet in that way; says why."""


@dataclass(frozen=True, slots=True)
class Card:
    """One tablet on the first page."""

    device: Device
    state: TabletState
    heard_at: datetime | None  # by check-in or long poll
    findings: tuple[OpenFinding, ...]
    strip: tuple[HourHeard, ...]  # the last seven days, hours without a mark left out

    @property
    def register(self) -> tuple[Mark, ...]:
        """How well this tablet keeps each clause, in its own words."""
        return self.device.posture.register if self.device.posture else ()


@dataclass(frozen=True, slots=True)
class Detail:
    """One tablet on its own page."""

    card: Card
    news: tuple[Happening, ...]  # latest first; each has the time it happened and the time it was heard
    cleared: tuple[OpenFinding, ...]
    purges: tuple[PurgeRecord, ...]
    purged: int
    apps: tuple[AppChange, ...]
    networks: tuple[NetworkSeen, ...]
    held: tuple[HeldPhoto, ...]  # the one whose time ends first at the beginning
    held_count: int
    opens: frozenset[str]  # digests of those that the recovery key opens
    kept: tuple[KeepAsked, ...]  # photos that may stay, and until when


def every(books: Books, presence: Presence, now: datetime) -> tuple[Card, ...]:
    """A card for each tablet, by name, retired ones last."""
    cards = [card(books, device, presence, now) for device in books.devices.every()]
    return tuple(sorted(cards, key=lambda one: one.state is TabletState.RETIRED))


def card(books: Books, device: Device, presence: Presence, now: datetime) -> Card:
    """The card of one tablet."""
    findings = books.findings.open(device.id)
    heard = presence.last(device.id, device.heard_at)
    every_so_often = books.agreements.setting(device.setting).check_in_every
    silent = heard is None or now - heard > SILENT * every_so_often
    photos = standings.terms(books, device.setting).uploaded_photos if findings else UploadedPhotos()
    pressing = any(is_pressing(finding, photos, now) for finding in findings)
    state = state_of(device, silent=silent, findings=pressing)
    return Card(device, state, heard, findings, books.hours.strip(device.id, now - WEEK))


def is_pressing(finding: OpenFinding, photos: UploadedPhotos, now: datetime) -> bool:
    """Tell whether a finding wants the manager: photos that are late are the tablet's own business for a while."""
    return finding.clause != UploadedPhotos.number or now - finding.since >= photos.manager_after


def state_of(device: Device, *, silent: bool, findings: bool) -> TabletState:
    """A tablet in one word; the worst that is true of it."""
    if device.state is DeviceState.RETIRED:
        return TabletState.RETIRED
    if device.incident:
        return TabletState.LOST
    if device.state is DeviceState.HELD:
        return TabletState.HELD
    if silent:
        return TabletState.OFF
    return TabletState.LOOK if findings else TabletState.SAFE


def detail(books: Books, device: str, presence: Presence, now: datetime) -> Detail | None:
    """All there is to know of one tablet; None for a stranger."""
    known = books.devices.get(device)
    if known is None:
        return None
    held = books.held.of(device, MOST)
    return Detail(
        card=card(books, known, presence, now),
        news=books.reports.of(device, MOST),
        cleared=books.findings.cleared(device, MOST),
        purges=books.reports.purges(device, MOST),
        purged=books.reports.purge_count(device),
        apps=books.reports.app_changes(device, MOST),
        networks=books.networks.seen(known.setting, device=device),
        held=held,
        held_count=books.held.count(device),
        opens=frozenset(photo.digest for photo in held if books.recovery.opens(photo.sealed_key)),
        kept=tuple(one for one in books.keeps.allowed(device, MOST) if one.until is not None and one.until > now),
    )


def retire(store: Store, device: str, author: Author) -> None:
    """Never listen to a tablet again; what it told is kept. Raises TabletError."""

    def job(books: Books) -> None:
        known = taking_part(books, device)
        if known.incident:
            msg = f"{known.name} is reported lost; close the incident before you retire it"
            raise TabletError(msg)
        books.devices.retire(device)
        books.findings.clear_all(device, author.at)
        books.audit.add(author, f"Retired {known.name}", device)
        standings.renew(books, device)

    store.write(job)


def release(store: Store, device: str, author: Author) -> None:
    """Listen to a held tablet again: whichever agent speaks first now is taken for it. Raises TabletError."""

    def job(books: Books) -> None:
        known = taking_part(books, device)
        if known.state is not DeviceState.HELD:
            msg = f"{known.name} is not held"
            raise TabletError(msg)
        books.devices.let_go(device)
        books.audit.add(author, f"Released {known.name}, which was held ({known.held_code})", device)
        standings.renew(books, device)
        books.ring(TABLETS)

    store.write(job)


def taking_part(books: Books, device: str) -> Device:
    """The tablet with this id. Raises TabletError."""
    known = books.devices.get(device)
    if known is None or known.state is DeviceState.RETIRED:
        msg = "this tablet does not take part any more"
        raise TabletError(msg)
    return known
