"""The whole agreement: a version and its clauses, in the printed order; from and to TOML and JSON."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from agreement.clauses.approved_apps import ApprovedApps
from agreement.clauses.lost_or_damaged import LostOrDamaged
from agreement.clauses.secure_network import SecureNetwork
from agreement.clauses.supplied_devices import SuppliedDevices
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.facts import Tablet
from agreement.rulings import Clause, Ruling

PRINTED = {
    1: "Only the setting’s own tablets",
    2: "Nothing copied to personal devices",
    3: "Not for personal use",
    4: "Not for family members",
    5: "Not shared with anyone else",
    6: "Log-ins stay confidential",
    7: "Logged out when not in use",
    8: "Only trusted networks",
    9: "Apps with the manager’s permission",
    10: "Photos leave once they are in the journal",
    11: "Concerns are raised",
    12: "Lost or damaged is reported at once",
    13: "Everyone has signed the agreement",
    14: "Breaches have consequences",
}
"""Number and short title of every clause, in the order of the printed agreement."""


class AgreementError(ValueError):
    """The text is not an agreement that may be put into force; says where and why."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of a setting's agreement. A clause that is None is not in force yet."""

    version: int = 1
    supplied_devices: SuppliedDevices = field(default_factory=SuppliedDevices)
    secure_network: SecureNetwork | None = None
    approved_apps: ApprovedApps = field(default_factory=ApprovedApps)
    uploaded_photos: UploadedPhotos = field(default_factory=UploadedPhotos)
    lost_or_damaged: LostOrDamaged = field(default_factory=LostOrDamaged)

    def clauses(self) -> tuple[Clause, ...]:
        """The clauses in force. Loss comes first: nothing may hold a lock up."""
        clauses: tuple[Clause | None, ...] = (
            self.lost_or_damaged,
            self.secure_network,
            self.supplied_devices,
            self.approved_apps,
            self.uploaded_photos,
        )
        return tuple(clause for clause in clauses if clause is not None)

    def judge(self, tablet: Tablet) -> Iterator[Ruling]:
        """Ask every clause in force about one look at a tablet."""
        for clause in self.clauses():
            yield from clause.judge(tablet)


READER = msgspec.json.Decoder(Agreement)
"""Made while one thread imports this; see letters.READERS."""


def from_toml(text: str) -> Agreement:
    """Read an agreement from TOML. Raises AgreementError with the place and the reason."""
    try:
        terms = tomllib.loads(text)
        if "due_within" in terms.get("uploaded_photos", {}):
            msg = 'this agreement cannot be put into force: write due = "24 hours" in place of due_within'
            raise AgreementError(msg)
        return msgspec.convert(terms, Agreement)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        msg = f"this agreement cannot be put into force: {wrong}"
        raise AgreementError(msg) from wrong


def from_json(text: bytes) -> Agreement:
    """Read an agreement from JSON. Raises AgreementError with the place and the reason."""
    try:
        return READER.decode(text)
    except msgspec.DecodeError as wrong:
        msg = f"this agreement cannot be put into force: {wrong}"
        raise AgreementError(msg) from wrong


def to_json(agreement: Agreement) -> bytes:
    """Write an agreement as JSON that from_json reads back to an equal one."""
    return msgspec.json.encode(agreement, order="sorted")
