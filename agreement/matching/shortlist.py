"""Which pictures are worth a closer look: by PDQ, all at once, with no loop over pairs."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from agreement.matching.known import Fingerprint, Kind

NEAR = 90
"""Bits of 256 that may differ: kept every ordinary copy in 4,124, while different scenes differ by 71 or more, most by
128 (docs/matching.md)."""

NEAR_VIEW = 70
"""Bits by which a part or a turn of a picture may differ from a copy that was cropped or turned."""

NEAR_FRAME = 90
SAME_LENGTH = 0.6
"""Seconds by which a transcoded clip may be longer or shorter."""

_WORDS = 4
_CHUNK = 256


def packed(hashes: Sequence[bytes]) -> NDArray[np.uint64]:
    """Hashes of 32 bytes as rows of four words."""
    return np.frombuffer(b"".join(hashes), dtype=np.uint64).reshape(-1, _WORDS)


class Index:
    """Many fingerprints, asked for those near to one. `near` gives ids, the nearest first."""

    def __init__(self, entries: Iterable[tuple[str, Fingerprint]]) -> None:
        kept = list(entries)
        self._pictures = _Table([(name, known.pdq) for name, known in kept if known.kind is Kind.PICTURE])
        clips = [(name, known) for name, known in kept if known.kind is Kind.VIDEO]
        self._clips = _Table([(name, frame.pdq) for name, known in clips for frame in known.frames])
        self._durations = {name: known.duration for name, known in clips}

    def near(self, known: Fingerprint, bits: int = NEAR) -> list[str]:
        """Those that may show the same, the nearest first."""
        if known.kind is Kind.VIDEO:
            return self._near_clips(known)
        return list(self._pictures.within([known.pdq], bits))

    def near_views(self, known: Fingerprint, bits: int = NEAR_VIEW) -> list[str]:
        """Those that may show a part of it, or it turned, the nearest first; none for a video."""
        return list(self._pictures.within(known.views, bits))

    def _near_clips(self, known: Fingerprint) -> list[str]:
        found = self._clips.within([frame.pdq for frame in known.frames], NEAR_FRAME)
        return [name for name in found if abs(self._durations[name] - known.duration) <= SAME_LENGTH]


class _Table:
    """Hashes, one or several an id, in one array."""

    def __init__(self, rows: Sequence[tuple[str, bytes]]) -> None:
        self._names = [name for name, _ in rows]
        self._words = packed([bits for _, bits in rows])

    def within(self, hashes: Sequence[bytes], bits: int) -> dict[str, int]:
        """Ids and their least distance to any of the hashes, where it is at most `bits`; the nearest first."""
        if not hashes or not self._names:
            return {}
        asked = packed(hashes)
        least = np.full(len(self._names), 257, np.uint16)
        for row in asked:
            np.minimum(least, np.bitwise_count(self._words ^ row).sum(axis=1, dtype=np.uint16), out=least)
        hits = np.flatnonzero(least <= bits)
        order = hits[np.argsort(least[hits], kind="stable")]
        found: dict[str, int] = {}
        for at in order:
            found.setdefault(self._names[at], int(least[at]))
        return found
