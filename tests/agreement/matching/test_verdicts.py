"""What is added, what is not, and what is only asked: the rule that stands between a photo and its deletion."""

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from agreement.matching.shortlist import CLEAR
from agreement.matching.verdicts import Picture, Verdict
from tests.agreement.matching.cast import burst, decoded, encoded, full, in_journal, on_tablet, picture, said

STILL = [(0.0, 0.0), (1.5, 0.5), (-1.0, 1.0)]


def three(name: str = "frog") -> list[bytes]:
    """Cleo takes three photos in a second."""
    return [encoded(photo) for photo in burst(name, STILL)]


def test_of_three_in_a_second_the_one_that_was_added_is_found() -> None:
    files = three()
    photos = [on_tablet(name, data) for name, data in zip("abc", files, strict=True)]
    for at, name in enumerate("abc"):
        copy = in_journal(encoded(decoded(files[at]), 700, 72))
        assert said(photos, copy) == {other: "added" if other == name else "not_added" for other in "abc"}


def test_a_neighbour_of_a_photo_that_is_not_here_is_never_taken_for_it() -> None:
    files = three()
    copy = in_journal(encoded(decoded(files[0]), 700, 72))
    assert "added" not in said([on_tablet("b", files[1]), on_tablet("c", files[2])], copy).values()


def test_a_photo_that_has_left_is_remembered_and_its_likeness_is_asked_about() -> None:
    (added, *_) = three()
    copy = in_journal(encoded(decoded(added), 700, 72))
    photos = [on_tablet("here", added), on_tablet("left", three()[1], gone=True)]
    (here, left) = full(photos, copy)
    assert (here.verdict, left.verdict) == (Verdict.ASK, Verdict.NOT_ADDED)
    assert here.picture == copy.id
    assert "has left the tablet" in here.why


def test_the_journals_copy_stands_in_for_a_photo_that_has_left() -> None:
    files = [encoded(photo) for photo in burst("frog", [(0, 0), (12.0, 6.0)])]
    first, second = (in_journal(encoded(decoded(data), 700, 80)) for data in files)
    photos = [on_tablet("left", files[0], gone=True), on_tablet("here", files[1])]
    assert said(photos, first, second, claims={first.id: "left"})["here"] == "added"


def test_a_picture_that_was_claimed_by_a_photo_that_left_is_not_claimed_by_its_neighbour() -> None:
    files = three()
    copy = in_journal(encoded(decoded(files[0]), 700, 72))
    photos = [on_tablet("left", files[0], gone=True), on_tablet("here", files[1])]
    assert said(photos, copy, claims={copy.id: "left"})["here"] == "not_added"


def test_the_same_picture_exported_anew_with_other_bytes_is_not_claimed_by_a_neighbour_either() -> None:
    files = three()
    before, again = (in_journal(encoded(decoded(files[0]), 700, quality)) for quality in (72, 80))
    photos = [on_tablet("left", files[0], gone=True), on_tablet("here", files[1])]
    assert said(photos, before, again, claims={before.id: "left"})["here"] != "added"


def test_what_was_found_before_stays_found_without_any_pixels() -> None:
    data = three()[0]
    copy = in_journal(encoded(decoded(data), 700, 72), at_hand=False)
    assert said([on_tablet("a", data)], copy, claims={copy.id: "a"}) == {"a": "added"}


def test_the_very_same_file_is_added_whatever_it_shows() -> None:
    data = encoded(Image.new("RGB", (640, 480), "navy"))
    (found,) = full([on_tablet("dark", data)], in_journal(data))
    assert (found.verdict, found.score) == (Verdict.ADDED, 1.0)


def test_one_picture_saved_twice_with_other_bytes_is_added_twice() -> None:
    lossless = picture("roses")
    files = [encoded(lossless, kind="PNG"), encoded(lossless, kind="WEBP", quality=100)]
    sink = io.BytesIO()
    lossless.save(sink, "WEBP", lossless=True)
    photos = [on_tablet("png", files[0]), on_tablet("webp", sink.getvalue())]
    assert set(said(photos, in_journal(encoded(lossless, 600, 75))).values()) == {"added"}


EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "cropped": lambda image: image.crop((90, 40, image.width - 50, image.height - 60)),
    "turned a quarter": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "harsher": lambda image: ImageEnhance.Contrast(image).enhance(1.25),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("name", ["frog", "tractor", "valley"])
def test_a_changed_copy_is_asked_about_with_the_right_picture(edit: str, name: str) -> None:
    copy = in_journal(encoded(EDITS[edit](picture(name)), 700, 75))
    other = in_journal(encoded(picture("snow"), 700, 75))
    (found,) = full([on_tablet("a", encoded(picture(name)))], other, copy)
    assert (found.verdict, found.picture) == (Verdict.ASK, copy.id)


def test_a_copy_with_a_logo_is_asked_about() -> None:
    marked = picture("valley").copy()
    ImageDraw.Draw(marked).text((30, 30), "Larkfield Nursery", fill="white", font_size=40)
    copy = in_journal(encoded(marked, 700, 75))
    (found,) = full([on_tablet("a", encoded(picture("valley")))], copy)
    assert (found.verdict, found.picture) == (Verdict.ASK, copy.id)


def page(*lines: str) -> Image.Image:
    """A screenshot of text."""
    sheet = Image.new("RGB", (900, 1200), "white")
    for at, line in enumerate(lines):
        ImageDraw.Draw(sheet).text((40, 40 + 50 * at), line, fill="black", font_size=30)
    return sheet


def test_screenshots_that_differ_by_one_line_are_told_apart() -> None:
    words = [f"Larkfield Nursery, line {number} of the notes" for number in range(20)]
    files = [encoded(page(*words, last)) for last in ("Cleo was here", "Dev was there")]
    copy = in_journal(encoded(decoded(files[0]), 800, 75))
    assert said([on_tablet(name, data) for name, data in zip("ab", files, strict=True)], copy)["b"] != "added"
    assert said([on_tablet("b", files[1])], copy) == {"b": "ask"}


def test_a_picture_with_next_to_nothing_in_it_is_asked_about() -> None:
    dark = np.random.default_rng(5).normal(12, 1, (700, 900, 1)).clip(0, 255).astype(np.uint8).repeat(3, axis=2)
    data = encoded(Image.fromarray(dark))
    copy = in_journal(encoded(decoded(data), 700, 75))
    (found,) = full([on_tablet("dark", data)], copy)
    assert found.verdict is Verdict.ASK
    assert "too little" in found.why


def test_a_smooth_picture_full_of_fine_detail_is_known_by_the_fine() -> None:
    grains = np.random.default_rng(5).normal(0, 6, (300, 400))
    soft = np.asarray(Image.fromarray(grains).resize((1200, 900), Image.Resampling.BICUBIC))
    photo = Image.fromarray(np.clip(128 + soft, 0, 255).astype(np.uint8)).convert("RGB")
    copy, tablet = in_journal(encoded(photo, 900, 75)), on_tablet("1", encoded(photo))
    assert tablet.known.quality < CLEAR
    assert said([tablet], copy) == {"1": "added"}


@pytest.mark.parametrize("width", [520, 640, 760])
def test_a_copy_of_a_copy_by_a_scaler_that_does_not_smooth_is_known(width: int) -> None:
    photo = picture("tractor")
    first = decoded(encoded(photo, 1100, 75))
    size = (width, round(first.height * width / first.width))
    copy = encoded(first.resize(size, Image.Resampling.BOX), quality=80)
    assert said([on_tablet("1", encoded(photo))], in_journal(copy)) == {"1": "added"}


def test_a_copy_by_exact_means_is_known() -> None:
    photo = picture("tractor")
    small = cv2.resize(np.asarray(photo), (526, 701), interpolation=cv2.INTER_AREA)
    copy = encoded(Image.fromarray(small), quality=75)
    assert said([on_tablet("1", encoded(photo))], in_journal(copy)) == {"1": "added"}


@pytest.mark.parametrize("gain", [0.97, 1.03])
def test_a_copy_that_was_made_a_little_harsher_is_asked_about(gain: float) -> None:
    photo = picture("tractor")
    harsher = photo.point([round(min(255.0, max(0.0, 118 + gain * (level - 118)))) for level in range(256)] * 3)
    copy = in_journal(encoded(harsher, 900, 80))
    assert said([on_tablet("1", encoded(photo))], copy) == {"1": "ask"}


def test_what_nothing_in_the_journal_looks_like_is_not_added() -> None:
    (found,) = full([on_tablet("a", encoded(picture("frog")))], in_journal(encoded(picture("snow"), 700, 75)))
    assert (found.verdict, found.picture) == (Verdict.NOT_ADDED, None)


def test_a_journal_picture_that_is_larger_than_the_photo_did_not_come_from_it() -> None:
    copy = in_journal(encoded(picture("frog"), 1100, 85))
    small = encoded(picture("frog"), 800, 92)
    assert said([on_tablet("small", small)], copy) == {"small": "ask"}


def test_a_picture_that_cannot_be_opened_any_more_is_asked_about() -> None:
    data = encoded(picture("frog"))
    copy = in_journal(encoded(picture("frog"), 700, 75))
    torn = Picture(copy.id, copy.known, lambda: io.BytesIO(b"\xff\xd8\xff torn"))
    (found,) = full([on_tablet("a", data)], torn)
    assert found.verdict is Verdict.ASK
    assert "cannot be compared" in found.why


def test_where_many_photos_are_as_like_the_picture_nothing_is_certain() -> None:
    files = [encoded(photo) for photo in burst("roses", [(0.0, 0.0)] * 14)]
    copy = in_journal(encoded(decoded(files[0]), 600, 75))
    found = full([on_tablet(str(at), data) for at, data in enumerate(files)], copy)
    assert {one.verdict for one in found} <= {Verdict.ASK, Verdict.NOT_ADDED}
    assert "so do many other photos" in found[0].why


def test_a_copy_that_says_to_be_turned_is_turned_once() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    sink = io.BytesIO()
    scaled = picture("frog").resize((800, 600), Image.Resampling.LANCZOS)
    scaled.transpose(Image.Transpose.ROTATE_90).save(sink, "JPEG", quality=75, exif=exif)
    assert said([on_tablet("a", encoded(picture("frog")))], in_journal(sink.getvalue())) == {"a": "added"}


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_copy_in_another_format_is_known_too(kind: str) -> None:
    files = three()
    copy = in_journal(encoded(decoded(files[0]), 700, 85, kind))
    assert said([on_tablet("a", files[0]), on_tablet("b", files[1])], copy) == {"a": "added", "b": "not_added"}
