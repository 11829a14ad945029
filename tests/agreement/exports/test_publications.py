"""What an export tells of each picture: by folders, tables, objects and pages, and never more than it says."""

import pytest

from agreement.exports.entries import Export
from agreement.exports.publications import COUNTED, counts, said
from agreement.facts import Publication
from tests.parts.exports import PICTURE, export_of, folder_of

IN, DRAFT, STAFF, UNKNOWN = (
    Publication.IN_JOURNAL,
    Publication.NOT_IN_JOURNAL,
    Publication.STAFF_ONLY,
    Publication.UNKNOWN,
)
PICTURES = {"media/a.jpg": PICTURE, "media/b.jpg": PICTURE, "media/c.jpg": PICTURE, "media/d.jpg": PICTURE}


def told(export: Export) -> dict[str, Publication]:
    return {one.name: one.publication for one in export.entries if one.name.endswith(".jpg")}


def beside(name: str, text: str) -> dict[str, Publication]:
    """What a list beside the four pictures tells of them, by letter."""
    found = told(export_of(PICTURES | {name: text.encode()}))
    return {path[-5]: publication for path, publication in found.items()}


@pytest.mark.parametrize(
    ("word", "publication"),
    [
        ("In journal", IN),
        ("in_journal", IN),
        ("PUBLISHED", IN),
        ("Not in journal", DRAFT),
        ("Not in journal (12)", DRAFT),
        ("drafts", DRAFT),
        ("Observations - drafts", DRAFT),
        ("Staff only", STAFF),
        ("staff-only", STAFF),
        ("Staff only, 3", STAFF),
        ("In journal, nearly", UNKNOWN),
        ("Journal", UNKNOWN),
        ("Staffordshire", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_word_is_known_or_says_nothing(word: str, publication: Publication) -> None:
    assert said(word) is publication


def test_the_innermost_folder_that_says_anything_counts() -> None:
    files = {
        "In journal/2026/a.jpg": PICTURE,
        "In journal/Staff only/b.jpg": PICTURE,
        "Not in journal/Daisy/c.jpg": PICTURE,
        "2026/d.jpg": PICTURE,
    }
    expected = {"a": IN, "b": STAFF, "c": DRAFT, "d": UNKNOWN}
    for read in (export_of, folder_of):
        export = read(files)
        assert {name[-5]: publication for name, publication in told(export).items()} == expected
        assert export.tells


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "observations.csv",
            "File,Status,Child\na.jpg,In journal,Daisy\nb.jpg,Draft,Daisy\nmedia/c.jpg,Staff only,Tom\n",
        ),
        ("o.csv", "\ufeffPicture;In journal;Staff only\na.jpg;yes;no\nb.jpg;no;no\nc.jpg;yes;yes\n"),
        ("o.tsv", "Picture\tDraft\tStaff only\na.jpg\tno\t\nb.jpg\tyes\t\nc.jpg\tno\t1\n"),
        (
            "data/o.json",
            (
                '{"observations":[{"status":"published","media":[{"file":"../media/a.jpg"}]},'
                '{"status":"draft","media":["b.jpg"]},{"staff_only":true,"in_journal":true,"url":"/media/c.jpg?w=100"}]}'
            ),
        ),
        (
            "index.html",
            (
                "<body><nav><a href=x>In journal</a></nav>"
                "<div class=observation><img src='media/a.jpg'><span>In journal</span></div>"
                "<div class=observation><p>Not in journal<p><a href='media/b.jpg'><img src='thumb/b.jpg'></a></div>"
                "<div class='observation staff-only'><img src='media/c.jpg'></div><img src='media/d.jpg'></body>"
            ),
        ),
        (
            "pages/index.htm",
            (
                "<h2>In journal</h2><ul><li><img src='../media/a.jpg'></ul><h2>Drafts</h2><img src=../media/b.jpg>"
                "<h2>Staff only</h2><div><a href='../media/c.jpg'>c</a></div><h2>Other</h2><img src='../media/d.jpg'>"
            ),
        ),
    ],
)
def test_a_list_tells_the_state_of_each_picture(name: str, text: str) -> None:
    assert beside(name, text) == {"a": IN, "b": DRAFT, "c": STAFF, "d": UNKNOWN}


def test_where_two_words_disagree_the_careful_one_counts() -> None:
    files = {"In journal/a.jpg": PICTURE, "list.csv": b"File,Status\na.jpg,Not in journal\n"}
    assert told(export_of(files)) == {"In journal/a.jpg": DRAFT}


def test_a_name_that_stands_for_two_pictures_publishes_neither() -> None:
    pictures = {"one/a.jpg": PICTURE, "two/a.jpg": PICTURE}
    assert set(told(export_of(pictures | {"l.csv": b"File,Status\na.jpg,In journal\n"})).values()) == {UNKNOWN}
    assert set(told(export_of(pictures | {"l.csv": b"File,Status\na.jpg,Draft\n"})).values()) == {DRAFT}


def test_a_menu_and_a_word_at_the_top_publish_nothing() -> None:
    page = "<body class='in-journal'><p>In journal</p><img src='media/a.jpg'></body>"
    assert set(beside("index.html", page).values()) == {UNKNOWN}


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 5000, "<div>" * 5000, '"a.jpg', "a\x00b,Status\n", "Status\nIn journal"]
)
@pytest.mark.parametrize("name", ["l.csv", "l.json", "l.html", "l.tsv"])
def test_what_is_no_list_tells_nothing(name: str, text: str) -> None:
    assert set(beside(name, text).values()) == {UNKNOWN}


def test_silence_counts_only_where_the_export_tells_nothing_at_all() -> None:
    assert counts(UNKNOWN, COUNTED, tells=False)
    assert not counts(UNKNOWN, COUNTED, tells=True)
    assert not counts(UNKNOWN, frozenset({IN}), tells=False)
    assert counts(IN, COUNTED, tells=True)
    assert not counts(DRAFT, COUNTED, tells=True)
    assert counts(STAFF, COUNTED | {STAFF}, tells=True)


def test_what_systems_leave_behind_is_no_part_of_an_export() -> None:
    export = export_of({"a.jpg": PICTURE, "__MACOSX/._a.jpg": b"x", ".DS_Store": b"x", "sub/Thumbs.db": b"x"})
    assert [one.name for one in export.entries] == ["a.jpg"]
