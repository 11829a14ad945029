"""Who may speak: a known tablet, with its own signature, fresh, and only once. In that order, before anything is read.

Keys are kept in memory and looked up anew whenever one does not fit; whether a tablet is retired or held is decided
where its letter is written down. Nonces of check-ins are durable with their letters: a restart forgets none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agreement.sealing import Request, Signed, UnsignedError, opened, verify
from controller.refusals import RefusalError, sentence
from controller.seams import Store

OLDEST = timedelta(seconds=300)
"""How long ago a letter may have been signed."""
EARLIEST = timedelta(seconds=60)
"""How far ahead a tablet's clock may be."""
BUCKET = 60
"""Nonces are forgotten together, by the minute of their signature."""


@dataclass
class Doorkeeper:
    """Checks every signed request."""

    store: Store
    _keys: dict[str, str] = field(default_factory=dict)
    _nonces: set[tuple[str, str]] = field(default_factory=set)
    _buckets: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def remember(self, now: datetime) -> None:
        """Learn the nonces of the check-ins that came before a restart."""
        since = int((now - OLDEST).timestamp())
        with self.store.read() as books:
            for device, nonce, created in books.letters.nonces(since):
                self.keep(device, nonce, created)

    def admit(self, request: Request, headers: Mapping[str, str], now: datetime) -> Signed:
        """Give who signed this request.

        Raises RefusalError: unsigned, unknown_tablet, retired, forged, stale, replay.
        """
        try:
            signed = opened(request, headers)
        except UnsignedError as unsigned:
            raise RefusalError("unsigned", sentence(unsigned)) from unsigned
        self.check_key(signed)
        self.check_time(signed, now)
        if (signed.keyid, signed.nonce) in self._nonces:
            raise RefusalError("replay")
        self.keep(signed.keyid, signed.nonce, signed.created)
        return signed

    def check_key(self, signed: Signed) -> None:
        """The tablet is known and the signature is its own. Raises RefusalError."""
        key = self._keys.get(signed.keyid)
        if key is None or not fits(signed, key):
            self.look_up(signed)

    def look_up(self, signed: Signed) -> None:
        """The key in memory is missing or does not fit: ask the books. Raises RefusalError."""
        with self.store.read() as books:
            key = books.devices.key(signed.keyid)
            old = books.devices.old_keys(signed.keyid) if key else ()
        if key is None:
            raise RefusalError("unknown_tablet")
        if not fits(signed, key):
            raise RefusalError("retired" if any(fits(signed, before) for before in old) else "forged")
        self._keys[signed.keyid] = key

    def check_time(self, signed: Signed, now: datetime) -> None:
        """It was signed now, give or take. Raises RefusalError."""
        age = now.timestamp() - signed.created
        if not -EARLIEST.total_seconds() <= age <= OLDEST.total_seconds():
            self.forget(now)
            raise RefusalError("stale")

    def keep(self, device: str, nonce: str, created: int) -> None:
        """Accept this nonce never again, for as long as its letter would not be stale."""
        minute = created // BUCKET
        if minute not in self._buckets:
            self._buckets[minute] = []
            self.forget_before(minute - (OLDEST + EARLIEST) // timedelta(seconds=BUCKET) - 1)
        self._nonces.add((device, nonce))
        self._buckets[minute].append((device, nonce))

    def forget(self, now: datetime) -> None:
        """Forget what would be refused as stale anyway."""
        self.forget_before(int((now - OLDEST).timestamp()) // BUCKET)

    def forget_before(self, minute: int) -> None:
        """Forget every nonce that was signed before this minute."""
        for old in [bucket for bucket in self._buckets if bucket < minute]:
            self._nonces.difference_update(self._buckets.pop(old))


def fits(signed: Signed, key: str) -> bool:
    """Tell whether the signature is of this key."""
    try:
        verify(signed, key)
    except UnsignedError:
        return False
    return True
