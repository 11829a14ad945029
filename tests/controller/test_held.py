"""Held photos: what a person's word removed is given back by a manager, or by itself, once, and to its own tablet."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

import pytest

from agreement.boxes import open_key
from agreement.facts import GiveBack, Word
from agreement.letters import MAX_BODY, Enrol, What, write
from controller import held as use
from controller import lost, standings, tablets
from controller.held import ALL, HeldError
from controller.key_file import NO_KEY
from controller.lost import Told
from controller.photo_records import HeldPhoto
from controller.records import IssuedCode
from controller.seams import Books
from controller.store.held import held as table
from tests.controller import photo_cast as cast
from tests.controller.photo_cast import ADA, BEN, Sunflower, digest, held, sunflower
from tests.controller.test_receive import DEVICE, NOON

LATER = NOON + timedelta(hours=5)


@pytest.fixture
def one() -> Iterator[Sunflower]:
    with sunflower() as made:
        yield made


def add_eve(books: Books) -> None:
    """Another tablet of the same setting."""
    code = IssuedCode("x", "Eve", "main", None, "Ada", NOON, NOON, None)
    books.devices.add("eve", code, Enrol("", "11" * 32, ""), NOON)


def on_it(one: Sunflower) -> tuple[HeldPhoto, ...]:
    with one.store.read() as books:
        return books.held.of(DEVICE, 10_000)


def sent(one: Sunflower) -> tuple[GiveBack, ...]:
    """What the standing gives back, as it holds now."""
    with one.store.read() as books:
        standing = standings.of(books, DEVICE)
    assert standing is not None
    return standing.give_back


def test_a_tablet_is_told_the_public_half_of_the_recovery_key(one: Sunflower) -> None:
    one.tell()
    assert one.standing is not None
    assert one.standing.recovery == one.key.public


def test_what_is_held_is_remembered_until_the_tablet_tells_its_end(one: Sunflower) -> None:
    one.tell(held(one.key))
    assert [(photo.digest, photo.held_at, photo.given_by) for photo in on_it(one)] == [(digest(), NOON, "")]
    assert sent(one) == ()


@pytest.mark.parametrize("end", [cast.restored(), cast.discarded(), cast.purged()], ids=["back", "let go", "purged"])
def test_whatever_ends_it_takes_it_off_the_list_and_its_key_out_of_the_standing(one: Sunflower, end: What) -> None:
    one.tell(held(one.key))
    use.give_back(one.store, "main", DEVICE, digest(), ADA)
    assert len(sent(one)) == 1
    receipt = one.tell(end)
    assert receipt.standing is not None
    assert receipt.standing.give_back == ()
    assert on_it(one) == ()


def test_the_key_that_is_sent_is_the_one_that_was_sealed_and_is_in_no_table(one: Sunflower) -> None:
    one.tell(held(one.key))
    use.give_back(one.store, "main", DEVICE, digest(), ADA)
    (back,) = sent(one)
    (photo,) = on_it(one)
    assert bytes.fromhex(back.key) == open_key(bytes.fromhex(photo.sealed_key), one.key.private)
    stored = b"".join(path.read_bytes() for path in one.store.database.path.parent.iterdir())
    assert back.key.encode() not in stored
    assert bytes.fromhex(back.key) not in stored
    assert one.key.private not in stored
    assert one.key.private.hex().encode() not in stored


def test_who_asked_for_it_first_is_in_the_audit_log_and_a_second_manager_changes_nothing(one: Sunflower) -> None:
    one.tell(held(one.key))
    assert use.give_back(one.store, "main", DEVICE, digest(), ADA) == 1
    before, told = sent(one), one.audit()
    assert told[0] == ("Ada", f"Asked that a photo (digest {digest()[:16]}…) be put back on Sunflower 1")
    assert use.give_back(one.store, "main", DEVICE, digest(), BEN) == 0
    assert (sent(one), one.audit()) == (before, told)


def test_a_give_back_for_what_is_gone_is_refused_and_changes_nothing(one: Sunflower) -> None:
    one.tell(held(one.key))
    one.tell(cast.discarded())
    told = one.audit()
    with pytest.raises(HeldError, match="not held any more"):
        use.give_back(one.store, "main", DEVICE, digest(), ADA)
    assert one.audit() == told


def test_a_retired_tablet_and_a_lost_one_are_given_nothing(one: Sunflower) -> None:
    one.tell(held(one.key), held(one.key, 2))
    use.give_back(one.store, "main", DEVICE, digest(), ADA)
    incident = lost.report(one.store, DEVICE, Told("stolen"), ADA)
    assert sent(one) == ()
    with pytest.raises(HeldError, match="stays sealed until it is found"):
        use.give_back(one.store, "main", DEVICE, digest(2), ADA)
    lost.found(one.store, incident, ADA)
    assert len(sent(one)) == 1
    tablets.retire(one.store, DEVICE, ADA)
    with pytest.raises(HeldError, match="does not take part"):
        use.give_back(one.store, "main", DEVICE, digest(2), ADA)


def test_five_thousand_photos_are_given_back_in_letters_that_fit(one: Sunflower) -> None:
    key = cast.sealed(one.key)
    photos = [HeldPhoto(DEVICE, digest(n), 3_000_000, NOON, Word.ADDED, NOON, NOON, NOON, key) for n in range(5000)]
    rows = [asdict(photo) for photo in photos]
    one.store.database.write(lambda connection: connection.execute(table.insert(), rows))
    assert use.give_back(one.store, "main", DEVICE, ALL, ADA) == 5000
    first = sent(one)
    assert len(first) == standings.BACK_AT_ONCE
    one.tell(*(cast.restored(int(back.digest, 16)) for back in first))
    assert one.standing is not None
    assert len(write(one.standing)) < MAX_BODY
    assert len(one.standing.give_back) == standings.BACK_AT_ONCE
    assert not set(one.standing.give_back) & set(first)
    assert one.audit()[0] == ("Ada", "Asked that 5000 photos be put back on Sunflower 1")


def test_a_photo_that_an_export_lacks_is_put_back_by_itself(one: Sunflower) -> None:
    one.tell(held(one.key))
    receipt = one.tell(cast.missed())
    assert receipt.standing is not None
    assert [back.digest for back in receipt.standing.give_back] == [digest()]
    assert one.audit()[0][0] == "Safeuse, by itself"
    one.tell(cast.restored(), at=LATER)
    with one.store.read() as books:
        (photo,) = books.missing.every("main", 9)
    assert (photo.number, photo.held, photo.back_at) == (3, True, LATER)


def test_a_photo_that_is_missed_and_gone_is_told_and_noted_once(one: Sunflower) -> None:
    one.tell(cast.missed(still_held=False))
    assert sent(one) == ()
    use.note(one.store, "main", DEVICE, digest(), ADA)
    with one.store.read() as books:
        assert books.missing.every("main", 9) == ()
    with pytest.raises(HeldError, match="noted already"):
        use.note(one.store, "main", DEVICE, digest(), BEN)


def test_a_photo_that_is_in_a_later_export_is_missed_no_more(one: Sunflower) -> None:
    one.tell(cast.missed(still_held=False))
    one.tell(cast.purged())
    with one.store.read() as books:
        assert books.missing.every("main", 9) == ()


def test_without_its_key_nothing_is_sealed_and_nothing_that_is_held_is_promised_back(one: Sunflower) -> None:
    one.tell(held(one.key))
    key = one.key
    one.with_key(NO_KEY)
    receipt = one.tell()
    assert receipt.standing is not None
    assert receipt.standing.recovery == ""
    with pytest.raises(HeldError, match="recovery key that is not here"):
        use.give_back(one.store, "main", DEVICE, digest(), ADA)
    one.tell(cast.missed())
    assert "no key here opens it" in one.audit()[0][1]
    one.with_key(key)
    receipt = one.tell()
    assert receipt.standing is not None
    assert receipt.standing.recovery == key.public
    assert [back.digest for back in receipt.standing.give_back] == [digest()]


def test_with_another_key_what_was_asked_back_is_not_promised_any_more(one: Sunflower) -> None:
    one.tell(held(one.key), held(one.key, 2))
    use.give_back(one.store, "main", DEVICE, digest(), ADA)
    one.with_key(cast.fresh_key())
    assert [photo.given_by for photo in on_it(one)] == ["", ""]
    one.tell(held(one.key, 3))
    assert use.give_back(one.store, "main", DEVICE, ALL, ADA) == 1
    assert [back.digest for back in sent(one)] == [digest(3)]


def test_the_same_key_at_the_next_start_tells_nobody_anything(one: Sunflower) -> None:
    one.tell()
    before = one.audit()
    one.with_key(one.key)
    assert one.audit() == before
    assert one.tell().standing is None


def test_the_key_of_another_tablets_box_is_not_opened_for_whoever_sends_it(one: Sunflower) -> None:
    """Eve holds a stolen tablet's box, and has an enrolled tablet of her own: she sends that box's key as hers."""
    stolen = held(one.key)
    one.tell(stolen)
    one.store.write(add_eve)
    one.store.write(lambda books: use.taken(books, "eve", NOON, stolen, NOON))
    assert "another tablet told of the same one" in one.audit()[0][1]
    with pytest.raises(HeldError, match="not held any more"):
        use.give_back(one.store, "main", "eve", digest(), ADA)


def test_another_settings_tablet_is_no_tablet_of_ours(one: Sunflower) -> None:
    one.tell(held(one.key), cast.missed(2, still_held=False))
    for deed in (use.give_back, use.note):
        with pytest.raises(HeldError):
            deed(one.store, "elsewhere", DEVICE, digest(), ADA)
    assert sent(one) == ()
