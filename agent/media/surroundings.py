"""The disks, everybody's folders and what lies in them: found out when first asked for, and true for one round."""

from collections.abc import Collection, Iterable
from functools import cached_property

from agent.media.desktops import Desktops, desktops
from agent.media.mounts import Mounts, read
from agent.media.partners import Family
from agent.media.search import Search, tops
from agent.seams.photos import FoundFile


class Surroundings:
    """What is around the photos of one look. `spared` are folders where no copy is removed."""

    def __init__(
        self,
        roots: tuple[str, ...] = (),
        homes: tuple[str, ...] = (),
        spared: Collection[str] = (),
        photos: Iterable[FoundFile] = (),
    ) -> None:
        self._roots, self._homes, self._spared, self._photos = roots, homes, spared, tuple(photos)
        self._search: Search | None = None

    @cached_property
    def family(self) -> Family:
        """The photos by folder and name."""
        return Family(self._photos)

    @cached_property
    def mounts(self) -> Mounts:
        """How the disks are put together."""
        return read()

    @cached_property
    def desktops(self) -> Desktops:
        """Where each person's programs keep things."""
        return desktops(self._homes, self._roots, self.mounts)

    def searched(self) -> Search | None:
        """The walk of this round, when there was one."""
        return self._search

    def search(self, size: int) -> Search:
        """The walk that serves this round; another one for a size that was not known when it was made."""
        if self._search is None or size not in self._search.sizes:
            volumes = self.mounts.volumes(self._roots, self._homes)
            places = tops(self._roots, self._homes, volumes, self.desktops.elsewhere, self.desktops.bins)
            sizes = frozenset({photo.size for photo in self._photos} | {size})
            self._search = Search(places, self._roots, self._spared, sizes)
        return self._search
