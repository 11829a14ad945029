"""What a list says of a file, and which files of the export it means."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from agreement.exports.names import last_part
from agreement.exports.publications import careful
from agreement.facts import Publication


@dataclass(frozen=True, slots=True)
class Told:
    """A list names a file, as the list writes it, and says its state."""

    reference: str
    publication: Publication


class Directory:
    """The files of an export by name: what a list means by “../media/a%20b.jpg”."""

    def __init__(self, names: Iterable[str]) -> None:
        self._whole: dict[str, str] = {}
        self._last: defaultdict[str, list[str]] = defaultdict(list)
        for name in names:
            self._whole[name.casefold()] = name
            self._last[last_part(name)].append(name)
        self._told: defaultdict[str, list[Publication]] = defaultdict(list)

    def tell(self, folder: str, told: Told) -> None:
        """Take a word of a list that lies in this folder.

        A name that stands for several files may be any of them: all are taken for a draft by it, none for published.
        """
        if told.publication is Publication.UNKNOWN:
            return
        meant = self.meant(folder, told.reference)
        if len(meant) > 1 and told.publication is Publication.IN_JOURNAL:
            return
        for name in meant:
            self._told[name].append(told.publication)

    def meant(self, folder: str, reference: str) -> list[str]:
        """The files that a reference may mean: by its path from the list, from the top, else by its last part."""
        plain = unquote(reference.partition("?")[0].partition("#")[0]).replace("\\", "/").strip()
        for base in (folder, ""):
            if whole := self._whole.get(joined(base, plain).casefold()):
                return [whole]
        return self._last.get(last_part(plain), [])

    def of(self, name: str) -> Publication:
        """What all lists together say of a file: the most careful of it."""
        return careful(self._told.get(name, ()))


def joined(folder: str, reference: str) -> str:
    """A reference from a folder as a path from the top; what would climb out stays at the top."""
    parts = [] if reference.startswith("/") else [part for part in folder.split("/") if part]
    for part in reference.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
