"""Which pictures are worth a closer look: by PDQ, all at once, with no loop over pairs."""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from agreement.matching.known import Fingerprint, Kind
from agreement.matching.parts import SHAPES

CLEAR = 50
"""The least PDQ quality: below, a picture has too little in it to be told from others."""

NEAR = 90
"""Bits of 256 that may differ: kept every ordinary copy in 4,124, while different scenes differ by 71 or more, most by
128 (docs/matching.md)."""

NEAR_PART = 78
"""Bits by which a part or a turn of a picture may differ from a copy that was cropped or turned."""

SAME_SHAPE = 0.14
"""By how much the shape of a crop may differ from that of the copy, as a logarithm."""

NEARLY_CLEAR = 65
"""PDQ quality up to which a copy counts as having little in it."""

SAME_LENGTH = 0.6
"""Seconds by which a transcoded clip may be longer or shorter."""

_WORDS, FAR = 4, 257


def packed(hashes: Sequence[bytes]) -> NDArray[np.uint64]:
    """Hashes of 32 bytes as rows of four words."""
    return np.frombuffer(b"".join(hashes), dtype=np.uint64).reshape(-1, _WORDS)


class Index:
    """Many fingerprints, asked for those near to one. Each answer is ids, the nearest first."""

    def __init__(self, entries: Iterable[tuple[str, Fingerprint]]) -> None:
        kept = list(entries)
        pictures = [(name, known) for name, known in kept if known.kind is Kind.PICTURE]
        clips = [(name, known) for name, known in kept if known.kind is Kind.VIDEO]
        self._pictures = _Pictures(pictures)
        self._unclear = _Table([(name, known.pdq) for name, known in pictures if known.quality < NEARLY_CLEAR])
        self._clips = _Table([(name, frame.pdq) for name, known in clips for frame in known.frames])
        self._known = dict(kept)

    def near(self, known: Fingerprint, bits: int = NEAR) -> list[str]:
        """Those that may show the same."""
        if known.kind is Kind.VIDEO:
            return [name for name in self._like_clip(known) if self._as_long(name, known)]
        return list(self._pictures.within([known.pdq], bits))

    def near_parts(self, known: Fingerprint, bits: int = NEAR_PART) -> list[str]:
        """Those that may show a part of it, or it turned; of a video, those that show some of the same moments."""
        if known.kind is Kind.VIDEO:
            return [name for name in self._like_clip(known) if not self._as_long(name, known)]
        return list(self._pictures.showing_part_of(known, bits))

    def unclear(self, known: Fingerprint) -> list[str]:
        """Those with as little in them and of the same shape: PDQ does not tell such pictures apart."""
        return [name for name in self._unclear.within([known.pdq], 256) if same_shape(self._known[name], known)]

    def _like_clip(self, known: Fingerprint) -> list[str]:
        return list(self._clips.within([frame.pdq for frame in known.frames], NEAR))

    def _as_long(self, name: str, known: Fingerprint) -> bool:
        return abs(self._known[name].duration - known.duration) <= SAME_LENGTH


def same_shape(one: Fingerprint, other: Fingerprint) -> bool:
    """Tell whether two have the same ratio of sides, within one part in a hundred and the rounding of a pixel."""
    slack = 0.01 + 1 / min(one.width, one.height, other.width, other.height)
    return abs(one.width * other.height / (one.height * other.width) - 1) <= slack


def groups(wanted: Mapping[str, Sequence[str]]) -> list[tuple[list[str], list[str]]]:
    """Photos and pictures that may have to do with each other, whatever the rest: each group can be judged alone."""
    leader: dict[tuple[bool, str], tuple[bool, str]] = {}

    def lead(node: tuple[bool, str]) -> tuple[bool, str]:
        while leader.setdefault(node, node) != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for photo, pictures in wanted.items():
        for picture in pictures:
            leader[lead((True, picture))] = lead((False, photo))
    found: dict[tuple[bool, str], tuple[list[str], list[str]]] = {}
    for node in leader:
        found.setdefault(lead(node), ([], []))[node[0]].append(node[1])
    return list(found.values())


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
        least = np.full(len(self._names), FAR, np.uint16)
        for row in asked:
            np.minimum(least, np.bitwise_count(self._words ^ row).sum(axis=1, dtype=np.uint16), out=least)
        return self._named(least, bits)

    def _named(self, least: NDArray[np.uint16], bits: int) -> dict[str, int]:
        """Ids with their distances, the nearest first."""
        hits = np.flatnonzero(least <= bits)
        order = hits[np.argsort(least[hits], kind="stable")]
        found: dict[str, int] = {}
        for at in order:
            found.setdefault(self._names[at], int(least[at]))
        return found


class _Pictures(_Table):
    """Whole pictures, in the order of their shapes, so that those of one shape lie together."""

    def __init__(self, pictures: Sequence[tuple[str, Fingerprint]]) -> None:
        ordered = sorted(pictures, key=lambda entry: shape_of(entry[1]))
        super().__init__([(name, known.pdq) for name, known in ordered])
        self._shapes = np.array([shape_of(known) for _, known in ordered])

    def showing_part_of(self, known: Fingerprint, bits: int) -> dict[str, int]:
        """Ids of pictures of a part's shape, with the least distance to any such part; the nearest first."""
        if not known.parts or not self._names:
            return {}
        parts = np.frombuffer(known.parts, np.uint64).reshape(-1, _WORDS)
        shapes = np.where(SHAPES < 0, -1, 1) * shape_of(known) + np.log(np.abs(SHAPES))
        starts = np.searchsorted(self._shapes, shapes - SAME_SHAPE)
        ends = np.searchsorted(self._shapes, shapes + SAME_SHAPE)
        least = np.full(len(self._names), FAR, np.uint16)
        for part, start, end in zip(parts, starts, ends, strict=True):
            apart = np.bitwise_count(self._words[start:end] ^ part).sum(axis=1, dtype=np.uint16)
            np.minimum(least[start:end], apart, out=least[start:end])
        return self._named(least, bits)


def shape_of(known: Fingerprint) -> float:
    """How wide a picture is for its height, as a logarithm."""
    return math.log(max(known.width, 1) / max(known.height, 1))
