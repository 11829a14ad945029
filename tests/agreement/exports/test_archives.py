"""ZIPs from outside: honest ones are read whole, and each kind of bad one is refused in its own words."""

import io
import zipfile

import pytest

from agreement.exports import directory
from agreement.exports.directory import MAX_FILES, check_directory
from agreement.exports.reading import of_stream
from agreement.exports.refusals import REFUSALS, ExportError
from tests.parts import exports
from tests.parts.exports import PDF, PICTURE, export_of, folder_of, named, zipped

CLIMBING = (
    "../evil.jpg",
    "a/../../evil.jpg",
    "/etc/evil.jpg",
    "C:\\evil.jpg",
    "c:evil.jpg",
    "..\\evil.jpg",
    "\\\\x\\e.jpg",
)
TABLE = [
    ("encrypted", exports.encrypted()),
    ("bomb", exports.bomb()),
    ("bomb", exports.lying(64 * 1024 * 1024)),
    ("overlap", exports.overlapping()),
    ("link", exports.link()),
    ("compression", zipped({"a.jpg": PICTURE}, zipfile.ZIP_LZMA)),
    ("compression", zipped({"a.jpg": PICTURE}, zipfile.ZIP_BZIP2)),
    ("compression", b"7z\xbc\xaf\x27\x1c and more"),
    ("compression", b"Rar!\x1a\x07\x01\x00"),
    ("corrupt", zipped({"a.jpg": PICTURE})[:-5]),
    ("corrupt", zipped({"a.jpg": PICTURE})[:60]),
    ("corrupt", b"PK\x03\x04" + bytes(100)),
    ("pdf", PDF),
    ("only_pdfs", zipped({"Daisy.pdf": PDF, "Tom.PDF": PDF})),
    ("empty", zipped({})),
    ("empty", b""),
    ("empty", zipped({"__MACOSX/._a.jpg": b"x"})),
    ("not_a_zip", b"holiday photos"),
    *[("climbs", named(name)) for name in CLIMBING],
    ("climbs", named("a\x00../b.jpg")),
]


@pytest.mark.parametrize(("code", "content"), TABLE, ids=[f"{number}-{code}" for number, (code, _) in enumerate(TABLE)])
def test_a_bad_export_is_refused_before_a_picture_is_read(code: str, content: bytes) -> None:
    with pytest.raises(ExportError) as refused:
        of_stream(io.BytesIO(content))
    assert refused.value.code == code
    assert str(refused.value) == REFUSALS[code]


@pytest.mark.parametrize(("declared", "content"), [("less", exports.lying(5)), ("more", exports.lying(500))])
def test_a_file_that_is_not_as_long_as_declared_is_corrupt(declared: str, content: bytes) -> None:
    assert declared
    with pytest.raises(ExportError, match="damaged"):
        read_all(content)


def test_a_changed_byte_is_found_by_the_checksum() -> None:
    with pytest.raises(ExportError, match="damaged"):
        read_all(exports.corrupt())


def read_all(content: bytes) -> list[bytes]:
    found = []
    for entry in of_stream(io.BytesIO(content)).entries:
        with entry.open() as source:
            pieces = bytearray()
            while piece := source.read(7):
                pieces += piece
            found.append(bytes(pieces))
    return found


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_honest_export_is_read_whole_piece_by_piece(packing: int) -> None:
    files = {"a.jpg": PICTURE, "sub/empty.txt": b"", "Größe/b.jpg": PICTURE * 1000}
    assert read_all(zipped(files, packing)) == list(files.values())


def test_a_folder_with_backslashes_is_a_folder() -> None:
    assert [one.name for one in of_stream(io.BytesIO(named("In\\a.jpg"))).entries] == ["In/a.jpg"]


def test_an_archive_with_large_fields_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    made = zipped({"a.jpg": PICTURE, "b.jpg": PICTURE})
    monkeypatch.undo()
    assert b"PK\x06\x06" in made
    assert read_all(made) == [PICTURE, PICTURE]


def test_an_archive_with_something_before_it_is_read() -> None:
    check_directory(io.BytesIO(b"MZ program" + zipped({"a.jpg": PICTURE})))


def test_a_directory_with_too_many_lines_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    line = b"PK\x01\x02" + bytes(42)
    with pytest.raises(ExportError) as refused:
        directory.check_lines(line * (MAX_FILES + 1))
    assert refused.value.code == "too_many"
    monkeypatch.setattr(directory, "MAX_DIRECTORY", 40)
    with pytest.raises(ExportError, match="more files in it"):
        check_directory(io.BytesIO(zipped({"a.jpg": PICTURE})))


def test_a_folder_is_held_to_the_same() -> None:
    assert [one.name for one in folder_of({"b.jpg": PICTURE, "a.jpg": PICTURE}).entries] == ["a.jpg", "b.jpg"]
    assert export_of({"a.jpg": PICTURE}).entries[0].size == len(PICTURE)
    for files, code in (({}, "empty"), ({"x.pdf": PDF}, "only_pdfs"), ({"../a.jpg": PICTURE}, "climbs")):
        with pytest.raises(ExportError) as refused:
            folder_of(files)
        assert refused.value.code == code


def test_every_refusal_says_what_is_wrong_and_what_to_do() -> None:
    for sentences in REFUSALS.values():
        assert sentences.count(".") >= 2
        assert sentences.endswith(".")
