"""One picture of the journal is one photo, across all tablets: the first photo that was found to be it.

Where a match is wrong, the likeliest sign is that another tablet finds the same picture to be another photo. Such a
second claim is refused, and the manager is told. A claim can only take away: whoever claims what is not theirs makes
other tablets ask a person, and makes none delete anything.
"""

from collections.abc import Sequence
from datetime import datetime

from agreement.imports import Claim, ClaimList, Granted
from controller.imported import Disputed, PictureClaim
from controller.journal.offering import check_tablet, counted_by
from controller.notices import TABLETS
from controller.refusals import RefusalError
from controller.seams import Books


def check(books: Books, device: str, number: int, claims: ClaimList) -> None:
    """See that a tablet may claim these pictures. Raises RefusalError: no_such_import, no_such_picture, as offering."""
    counted = counted_by(books, check_tablet(books, device))
    held = books.imports.numbered(number)
    if held is None:
        raise RefusalError("no_such_import")
    pictures = [claim.picture for claim in claims.claims]
    if len(books.imports.counting(held.id, pictures, counted)) < len(pictures):
        raise RefusalError("no_such_picture")


def known(books: Books, claims: ClaimList) -> Granted | None:
    """The answer, where every one of these claims was granted before; then there is nothing to write."""
    held = books.claims.of([claim.picture for claim in claims.claims])
    if any(claim.picture not in held or held[claim.picture].photo != claim.photo for claim in claims.claims):
        return None
    return granted(claims.claims)


def claim(books: Books, device: str, claims: ClaimList, now: datetime) -> Granted:
    """Keep each first claim, and who came second; what is answered is durable together with it."""
    held = books.claims.of([one.picture for one in claims.claims])
    fresh = [one for one in claims.claims if one.picture not in held]
    refused = [one for one in claims.claims if one.picture in held and held[one.picture].photo != one.photo]
    books.claims.add([PictureClaim(one.picture, one.photo, device, now) for one in fresh])
    disputed = [Disputed(one.picture, device, held[one.picture].device, now) for one in refused]
    if books.claims.dispute(disputed):
        books.ring(TABLETS)
    return granted([one for one in claims.claims if one not in refused])


def granted(claims: Sequence[Claim]) -> Granted:
    """These are granted."""
    return Granted(tuple(one.picture for one in claims))
