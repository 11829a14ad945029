"""Clause 9: “Only download any child appropriate Apps … with the permission of the manager”.

What was there at enrolment is the baseline. What a person installs afterwards needs the manager's word; what comes
along with it (a library, a codec) does not need one of its own. Updates are news, never findings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from agreement.facts import App, Tablet
from agreement.rulings import Finding, Ruling


@dataclass(frozen=True, slots=True)
class ApprovedApps:
    """Apps that the manager has approved, by source and package; the baseline of each tablet counts as approved."""

    approved: frozenset[str] = frozenset()  # App.key
    refused: frozenset[str] = frozenset()  # App.key: asked about, and decided against

    number: ClassVar[int] = 9
    title: ClassVar[str] = "Apps with the manager’s permission"

    def judge(self, tablet: Tablet) -> Iterator[Ruling]:
        """One finding for each app that a person added and the manager has not approved."""
        for app in tablet.apps:
            if not app.automatic and app.key not in tablet.baseline and app.key not in self.approved:
                yield self.not_approved(app, tablet)

    def not_approved(self, app: App, tablet: Tablet) -> Finding:
        """Say which app, and whether the manager has decided against it already."""
        name = app.name or app.package
        if app.key in self.refused:
            return Finding(
                self.number, app.key, f"“{name}” is installed, and the manager has refused it.", "Remove it.", tablet.at
            )
        what = f"“{name}” was installed without the manager’s permission."
        return Finding(self.number, app.key, what, "Approve it, or have it removed.", tablet.at)
