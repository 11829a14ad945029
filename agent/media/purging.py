"""Removing a photo with everything derived from it, once it is known to be in the journal."""

import logging
from collections.abc import Callable, Mapping

from agent.media.busy import LASTING, Busy, again
from agent.media.copies import MANY, NO_FILE, Copies, Waiting, proof, status_of
from agent.media.deleting import as_it_was, delete, names_of, refuse, remove
from agent.media.holders import Holders
from agent.media.late import Late
from agent.media.lease import HeldError
from agent.media.partners import witness
from agent.media.places import Place, place
from agent.media.previews import Derived, derived
from agent.media.settling import Settling
from agent.media.surroundings import Surroundings
from agent.seams.photos import FoundFile, PurgePostponedError, PurgeRefusedError

log = logging.getLogger(__name__)


class Purging:
    """The purges of one agent, from round to round: what was open is tried again."""

    def __init__(self, roots: tuple[str, ...], holders: Holders, settling: Settling) -> None:
        self._roots, self._holders, self._settling = roots, holders, settling
        self._busy, self._waiting, self._late = Busy(), list[Waiting](), Late()
        self.around = Surroundings()

    def partners(self, file: FoundFile) -> tuple[FoundFile, ...]:
        """The photos of their own that are proved to be of the same exposure. Raises PurgeRefusedError."""
        try:
            return tuple(self.around.family.partners(file, self._roots))
        except OSError as failure:
            refuse(f"the disk failed while other files of the same exposure were looked for ({failure.strerror})")

    def purge(self, file: FoundFile) -> Mapping[str, int]:
        """Delete this very file, then its copies. Raises PurgePostponedError, PurgeRefusedError, OSError."""
        with as_it_was():
            found = self.derived(file, lambda: witness(file, self._roots))
        try:
            others = delete(file, self._roots, self._holders, lambda: self.around.search(file.size))
        except PurgePostponedError as held:
            raise self.postponed(file) from held
        except PurgeRefusedError:
            self._busy.over(file)
            raise
        self._busy.over(file)
        return self.with_copies(file, others, found)

    def postponed(self, file: FoundFile) -> PurgePostponedError:
        """Look again soon; what there is to say of it."""
        lasted = self._busy.lasted(file)
        self._settling.again(again(lasted))
        if lasted < LASTING:
            return PurgePostponedError("The photo stays for now: another program has it open.")
        told = "The photo stays: another program has had it open for a long time. Close the app that shows or sends it."
        return PurgePostponedError(told, lasts=True)

    def rest(self, file: FoundFile) -> Mapping[str, int]:
        """Delete what was derived from a file that is gone, and the names that it still has."""
        return self.with_copies(file, self.remaining(file), self.derived(file, lambda: None))

    def remaining(self, file: FoundFile) -> tuple[Place, ...]:
        """Delete the other names of this very file, by inode and digest; gives those that went."""
        copies, names = self.copies(file), names_of(file, self.around.search(file.size))
        return tuple(name for name in names if copies.take(name, proof(file), "link"))

    def with_copies(self, file: FoundFile, others: tuple[Place, ...], found: Derived) -> Mapping[str, int]:
        """Remove the copies of the file under each of its names, and count them with the names that went before."""
        copies = self.copies(file)
        copies.removed.update({"link": len(others)} if others else {})
        own = place(file.path, self._roots)
        for name in (own, *others) if own else others:
            copies.remove(name)
            self._late.note(name)
        for where, kind in found.proved:
            copies.unlink(where, kind)
        copies.removed.update(found.left)
        copies.elsewhere(file)
        self._waiting += copies.waiting
        return dict(copies.removed)

    def derived(self, file: FoundFile, opening: Callable[[], bytes | None]) -> Derived:
        """What has other bytes and is of this photo: looked for before it goes, as long as it can be compared."""
        own = place(file.path, self._roots)
        return derived(own, file, opening, self.around.search(file.size).previews) if own else Derived()

    def copies(self, file: FoundFile | None = None) -> Copies:
        """What removes the copies of one photo; without a file, those only in its own folder or at its address.

        The name of a photo that left is another's by now where one is left that bears it.
        """
        around = self.around
        folders, aliases = around.desktops.thumbnails, around.mounts.aliases
        size, is_only = (file.size, around.family.is_only) if file else (0, lambda _: False)
        return Copies(folders, lambda: around.search(size), self._holders, is_only, aliases)

    def look_once_more(self) -> None:
        """Remove thumbnails that were written after their photos went; not where another file has the name by now."""
        for where in self._late.places():
            if status_of(where) is None:
                copies = self.copies()
                copies.previews(where)
                if copies.removed.total():
                    log.info("%d thumbnails came after their photo had gone, and are gone too", copies.removed.total())

    def try_again(self) -> bool:
        """Remove the copies that would not go with their photos; False when programs still have some open."""
        waiting, self._waiting = self._waiting[:MANY], []
        for left in waiting:
            try:
                remove(left.place, left.is_it, self._holders)
            except NO_FILE:
                continue
            except (HeldError, OSError):
                self._waiting.append(left)
                continue
            log.info("a %s of a purged photo that was left is gone now", left.kind)
        return not any(left.is_held for left in self._waiting)
