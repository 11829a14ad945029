"""Every way in which an export is refused: what is wrong, and what to do next. Nothing of a refused export is kept."""

from typing import Final

MEDIA_ZIP = "In Tapestry, export the media as a ZIP instead, and hand that in."
AGAIN = "Download the export again, and hand in the new file as it is."
STRANGE = "No journal makes such a file. Download the export again from the journal itself."

REFUSALS: Final = {
    "pdf": f"This is a PDF: the journal as a book, in which no picture can be matched. {MEDIA_ZIP}",
    "only_pdfs": f"There are only PDFs in it, and no picture can be matched in these. {MEDIA_ZIP}",
    "not_a_zip": f"This is not a ZIP. {MEDIA_ZIP} A folder with the pictures will do as well.",
    "empty": f"There is no picture and no video in it. {MEDIA_ZIP}",
    "only_drafts": (
        "Nothing in it is in the journal: only drafts, or what is for staff only. Approve it in the journal first, "
        "then export again."
    ),
    "undecodable": f"Not one picture in it could be read. {AGAIN}",
    "corrupt": f"The archive is damaged or not whole. {AGAIN}",
    "encrypted": "The archive is locked with a password. Unpack it, and hand in the folder.",
    "compression": "The archive is packed in a way that is not read here. Unpack it, and hand in the folder.",
    "nested": "There is another archive within it, which is not looked into. Unpack it, and hand in the folder.",
    "too_many": f"There are more files in it than any export has. {STRANGE}",
    "too_large": "There is more in it than is read at once. Export shorter times, and hand in one after the other.",
    "bomb": f"Unpacked it would become far larger than pictures do. {STRANGE}",
    "overlap": f"Files in it share the same bytes. {STRANGE}",
    "climbs": f"A name in it leads out of the archive. {STRANGE}",
    "link": f"There are links in it in place of files. {STRANGE}",
    "unreadable": "A file of it could not be read. See that the folder may be read and the disk is whole; try again.",
}
"""Code to sentences. No name of a file is ever among them: it may be a child's."""


class ExportError(ValueError):
    """The export is refused as a whole; `code` is a key of REFUSALS."""

    def __init__(self, code: str) -> None:
        """Keep the code for programs; the text is for people."""
        super().__init__(REFUSALS[code])
        self.code = code
