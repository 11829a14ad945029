"""Previews with numbers for names: those that show a photo which left go too, once they were looked at.

Looking is slow and is done by the child that knows pictures. What is not looked at yet waits for a later round; what
cannot be told stays.
"""

import logging
from collections.abc import Iterable

from agent.seams.journal import Imports
from agent.seams.ledger import Known, Ledger
from agent.seams.photos import Media
from agreement.previews import Looks, looks, shows

MOST = 200
"""Previews of one round, the newest first."""

log = logging.getLogger(__name__)


def clear_previews(media: Media, imports: Imports, ledger: Ledger) -> None:
    """Decide on the previews that the last search for copies found, as far as they were looked at. Raises OSError."""
    found = media.previews()[:MOST]
    if not found:
        return
    photos = ledger.every_photo()
    if any(photo.here and photo.fingerprint is None for photo in photos):
        return  # a preview may be of that one: it is looked at first
    left, here = known(photos, here=False), known(photos, here=True)
    gone = 0
    for file, fingerprint in imports.glance(found).items():
        preview = looks(fingerprint)
        gone += media.decide(file, goes=preview is not None and shows(preview, left, here))
    if gone:
        log.info("%d previews of photos that left are gone", gone)


def known(photos: Iterable[Known], *, here: bool) -> tuple[Looks, ...]:
    """The looks of the photos that are here; or of those that left by the agent's hand."""
    chosen = (photo for photo in photos if (photo.here if here else photo.left and not photo.here))
    return tuple(read for photo in chosen if (read := looks(photo.fingerprint)))
