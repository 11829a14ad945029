"""What is kept of a picture so that it can be known again: a few hundred bytes, and no pixel.

A fingerprint is made once, where the file lies, and travels instead of it. The libraries that decode are loaded only
when one is made; a process that merely keeps or sends fingerprints stays light.
"""

from typing import BinaryIO

from agreement.matching.known import HEAD, Fingerprint, Frame, Kind, UndecodableError, kind_of

__all__ = ["HEAD", "Fingerprint", "Frame", "Kind", "UndecodableError", "fingerprint", "kind_of"]


def fingerprint(source: BinaryIO, kind: Kind, *, parts: bool = False) -> Fingerprint:
    """Take the fingerprint of an opened, seekable file. Memory and pixels are bounded. Raises UndecodableError.

    With `parts`, 14 KB longer, copies that were cropped or turned can be found by it. Only the tablet's side needs it.
    """
    if kind is Kind.PICTURE:
        from agreement.matching.stills import fingerprint_of_picture  # noqa: PLC0415 - loads Pillow and numpy

        return fingerprint_of_picture(source, parts=parts)
    from agreement.matching.clips import fingerprint_of_clip  # noqa: PLC0415 - loads PyAV

    return fingerprint_of_clip(source)
