"""Each clause, judged on facts alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agreement.clauses.approved_apps import ApprovedApps
from agreement.clauses.lost_or_damaged import LostOrDamaged
from agreement.clauses.secure_network import NothingTrustedError, SecureNetwork, TrustedNetwork
from agreement.clauses.supplied_devices import SuppliedDevices
from agreement.clauses.uploaded_photos import UploadedPhotos, stands_for
from agreement.facts import (
    GiveBack,
    Held,
    Keep,
    Lost,
    Medium,
    Network,
    Photo,
    Said,
    Security,
    Strength,
    Word,
)
from agreement.rulings import Admit, Block, Discard, Finding, Hold, Lock, Purge, PutBack, Remind
from tests.agreement.cast import (
    CAFE,
    DIGEST,
    LARKFIELD,
    NOON,
    ONLY_LARKFIELD,
    OTHER,
    PAINT,
    TWIN,
    photo,
    proof,
    sunflower,
)


def test_a_photo_in_the_journal_is_purged_and_no_other() -> None:
    here, there = photo(evidence=proof()), photo(digest=OTHER)
    assert list(UploadedPhotos().judge(sunflower(photos=(here, there)))) == [Purge(here)]


def test_evidence_about_another_file_purges_nothing() -> None:
    wrong = photo(evidence=proof(digest=OTHER))
    assert list(UploadedPhotos().judge(sunflower(photos=(wrong,)))) == []


@pytest.mark.parametrize("strength", list(Strength))
def test_only_the_strengths_of_the_agreement_purge(strength: Strength) -> None:
    terms = UploadedPhotos(purge_on=frozenset({Strength.DELIVERED}))
    orders = list(terms.judge(sunflower(photos=(photo(evidence=proof(strength)),))))
    assert bool(orders) is (strength is Strength.DELIVERED)


def test_an_agreement_that_purges_on_nothing_purges_nothing() -> None:
    terms = UploadedPhotos(purge_on=frozenset())
    assert not [r for r in terms.judge(sunflower(photos=(photo(evidence=proof()),))) if isinstance(r, Purge)]


def test_an_overdue_photo_is_told_and_stays() -> None:
    old, older = photo(timedelta(hours=25)), photo(timedelta(hours=30), OTHER)
    (finding,) = UploadedPhotos().judge(sunflower(photos=(old, older)))
    assert isinstance(finding, Finding)
    assert (finding.clause, finding.count, finding.what) == (10, 2, "2 photos are not in the journal yet.")
    assert finding.since == NOON - timedelta(hours=6)


def test_a_photo_is_overdue_at_the_deadline_and_not_before() -> None:
    limit = UploadedPhotos(due="4 hours", remind_before=timedelta())
    assert list(limit.judge(sunflower(photos=(photo(timedelta(hours=4)),))))
    assert not list(limit.judge(sunflower(photos=(photo(timedelta(hours=4) - timedelta(microseconds=1)),))))


def test_a_deadline_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than nothing"):
        UploadedPhotos(due="0 hours")


def test_the_tablet_is_reminded_before_a_photo_is_due_and_not_after() -> None:
    terms = UploadedPhotos(due="4 hours", remind_before=timedelta(hours=1))
    fresh, soon = photo(timedelta(hours=2)), photo(timedelta(hours=3, minutes=30), OTHER)
    assert list(terms.judge(sunflower(photos=(fresh, soon)))) == [Remind(1, NOON + timedelta(minutes=30))]
    late = photo(timedelta(hours=4))
    assert not [r for r in terms.judge(sunflower(photos=(late,))) if isinstance(r, Remind)]


def said(word: Word, digest: str = DIGEST) -> Photo:
    """A photo of which a person at the tablet said this."""
    return replace(photo(digest=digest), said=Said(word, NOON))


@pytest.mark.parametrize("word", [Word.ADDED, Word.UNWANTED])
def test_a_persons_word_holds_a_photo_and_never_purges_it(word: Word) -> None:
    assert list(UploadedPhotos().judge(sunflower(photos=(said(word),)))) == [Hold(said(word))]


def test_where_words_do_not_count_a_word_removes_nothing() -> None:
    assert list(UploadedPhotos(act_on_word=False).judge(sunflower(photos=(said(Word.ADDED),)))) == []


def test_evidence_goes_before_a_word() -> None:
    proved = replace(said(Word.UNWANTED), evidence=proof())
    assert list(UploadedPhotos().judge(sunflower(photos=(proved,)))) == [Purge(proved)]


def test_a_photo_that_the_manager_lets_stay_is_not_overdue_until_then() -> None:
    old = photo(timedelta(hours=30))
    assert list(UploadedPhotos().judge(sunflower(photos=(old,), keeps=(Keep(DIGEST, NOON + timedelta(days=1)),)))) == []
    assert list(UploadedPhotos().judge(sunflower(photos=(old,), keeps=(Keep(DIGEST, NOON),))))


def test_to_ask_for_keeping_is_not_to_be_allowed_to() -> None:
    asked = replace(said(Word.KEEP), taken_at=NOON - timedelta(hours=30))
    (finding,) = UploadedPhotos().judge(sunflower(photos=(asked,)))
    assert isinstance(finding, Finding)


HELD = Held(DIGEST, 4_000_000, NOON - timedelta(days=4), Said(Word.ADDED, NOON), NOON - timedelta(hours=72))


def test_a_held_photo_goes_when_its_time_is_over_and_not_before() -> None:
    assert list(UploadedPhotos().judge(sunflower(held=(HELD,)))) == [Discard(HELD)]
    fresh = replace(HELD, held_at=HELD.held_at + timedelta(microseconds=1))
    assert list(UploadedPhotos().judge(sunflower(held=(fresh,)))) == []


def test_a_held_photo_that_the_export_does_not_hold_stays_until_it_is_given_back() -> None:
    missing = replace(HELD, missing_from=3)
    assert list(UploadedPhotos().judge(sunflower(held=(missing,)))) == []
    back = GiveBack(DIGEST, "00" * 32)
    assert list(UploadedPhotos().judge(sunflower(held=(missing,), give_back=(back,)))) == [PutBack(missing, back.key)]


def test_a_photo_that_is_on_its_way_back_is_not_held_again() -> None:
    back = GiveBack(DIGEST, "00" * 32)
    orders = list(UploadedPhotos().judge(sunflower(photos=(said(Word.ADDED),), held=(HELD,), give_back=(back,))))
    assert orders == [PutBack(HELD, back.key)]


def test_to_give_back_goes_before_letting_go() -> None:
    back = GiveBack(DIGEST, "00" * 32)
    assert list(UploadedPhotos().judge(sunflower(held=(HELD,), give_back=(back,)))) == [PutBack(HELD, back.key)]


PARTNER = Said(Word.ADDED, NOON, of=DIGEST)


def test_a_word_on_a_photo_stands_for_its_partner_unless_something_was_said_of_that() -> None:
    assert stands_for(said(Word.ADDED), None) == PARTNER
    assert stands_for(said(Word.ADDED), Said(Word.UNWANTED, NOON, of=DIGEST)) == PARTNER
    assert stands_for(said(Word.ADDED), Said(Word.KEEP, NOON)) is None
    assert stands_for(said(Word.KEEP), None) is None
    assert stands_for(photo(), None) is None


def test_a_partners_partner_goes_with_the_photo_that_the_word_was_said_of() -> None:
    chained = replace(photo(digest=OTHER), said=PARTNER)
    assert stands_for(chained, None) == PARTNER


def test_a_partner_is_held_after_its_photo_and_stays_where_the_manager_lets_it_stay() -> None:
    raw = replace(photo(digest=OTHER), said=PARTNER)
    assert list(UploadedPhotos().judge(sunflower(photos=(raw, said(Word.ADDED))))) == [Hold(said(Word.ADDED))]
    assert list(UploadedPhotos().judge(sunflower(photos=(raw,)))) == [Hold(raw)]
    keep = Keep(OTHER, NOON + timedelta(days=1))
    assert list(UploadedPhotos().judge(sunflower(photos=(raw,), keeps=(keep,)))) == []


def test_a_partner_comes_back_before_its_photo_and_by_its_key() -> None:
    raw, back = replace(HELD, digest=OTHER, said=PARTNER), GiveBack(DIGEST, "00" * 32)
    orders = list(UploadedPhotos().judge(sunflower(held=(HELD, raw), give_back=(back,))))
    assert orders == [PutBack(raw, back.key), PutBack(HELD, back.key)]
    alone = GiveBack(OTHER, "11" * 32)
    fresh = sunflower(held=(replace(HELD, held_at=NOON), raw), give_back=(alone,))
    assert list(UploadedPhotos().judge(fresh)) == [PutBack(raw, alone.key)]


@pytest.mark.parametrize("photo", [replace(HELD, held_at=NOON), replace(HELD, missing_from=3)])
def test_a_partner_is_let_go_with_its_photo_and_waits_as_long_as_that(photo: Held) -> None:
    raw = replace(HELD, digest=OTHER, said=PARTNER)
    assert list(UploadedPhotos().judge(sunflower(held=(HELD, raw)))) == [Discard(raw), Discard(HELD)]
    assert list(UploadedPhotos().judge(sunflower(held=(photo, raw)))) == []


def test_the_trusted_network_is_admitted() -> None:
    assert list(ONLY_LARKFIELD.judge(sunflower(networks=(LARKFIELD,)))) == [Admit((LARKFIELD,))]


def test_without_any_network_nothing_is_ordered() -> None:
    assert list(ONLY_LARKFIELD.judge(sunflower())) == []


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (CAFE, "joined “FreeCafe”, which the manager has not trusted"),
        (TWIN, "calls itself “Larkfield” is not the setting’s own: its access point is another one"),
        (replace(LARKFIELD, security=Security.NONE), "its security is none"),
        (replace(LARKFIELD, gateway_mac="02:ee:ee:ee:ee:02"), "its router is another one"),
        (replace(LARKFIELD, gateway_mac=""), "has not shown who it is yet"),
        (replace(LARKFIELD, medium=Medium.OTHER), "is not the setting’s own"),
        (replace(LARKFIELD, name="larkfield"), "joined “larkfield”"),
        (Network("eth0", Medium.WIRED, gateway_mac="02:99:99:99:99:99"), "wired network of router 02:99"),
    ],
)
def test_a_network_that_differs_in_anything_is_cut_off(network: Network, words: str) -> None:
    finding, order = ONLY_LARKFIELD.judge(sunflower(networks=(network,)))
    assert isinstance(finding, Finding)
    assert words in finding.what
    assert order == Block((network,))


def test_one_strange_way_out_is_enough_to_cut_off() -> None:
    rulings = list(ONLY_LARKFIELD.judge(sunflower(networks=(LARKFIELD, CAFE))))
    assert rulings[-1] == Block((CAFE,))
    assert not any(isinstance(r, Admit) for r in rulings)


def test_an_agreement_that_trusts_nothing_is_refused() -> None:
    with pytest.raises(NothingTrustedError, match="cut every tablet off"):
        SecureNetwork(())


@pytest.mark.parametrize("medium", [Medium.WIFI, Medium.WIRED])
def test_a_network_known_by_its_name_alone_is_refused(medium: Medium) -> None:
    with pytest.raises(ValueError, match="to know it by"):
        TrustedNetwork("Larkfield", medium, frozenset())


def test_wifi_without_an_access_point_is_refused() -> None:
    with pytest.raises(ValueError, match="BSSID"):
        TrustedNetwork("Larkfield", Medium.WIFI, frozenset({"02:aa:aa:aa:aa:02"}))


def test_a_new_app_asks_for_permission_once_approved_it_is_silent() -> None:
    (finding,) = ApprovedApps().judge(sunflower(apps=(PAINT,)))
    assert isinstance(finding, Finding)
    assert (finding.subject, finding.what) == (PAINT.key, "“Tux Paint” was installed without the manager’s permission.")
    assert not list(ApprovedApps(approved=frozenset({PAINT.key})).judge(sunflower(apps=(PAINT,))))


def test_baseline_updates_and_libraries_are_no_findings() -> None:
    library = replace(PAINT, package="libpaint", automatic=True)
    newer = replace(PAINT, version="1.0")
    tablet = sunflower(apps=(newer, library), baseline=frozenset({PAINT.key}))
    assert not list(ApprovedApps().judge(tablet))


def test_a_refused_app_is_to_be_removed() -> None:
    (finding,) = ApprovedApps(refused=frozenset({PAINT.key})).judge(sunflower(apps=(PAINT,)))
    assert isinstance(finding, Finding)
    assert finding.mend == "Remove it."


def test_a_lost_tablet_is_locked_and_told() -> None:
    lost = Lost("INC-1", "stolen", "Please call 01632 960 001.", NOON)
    finding, order = LostOrDamaged().judge(sunflower(lost=lost))
    assert isinstance(finding, Finding)
    assert finding.what == "This tablet was reported stolen."
    assert order == Lock(lost)
    assert not list(LostOrDamaged().judge(sunflower()))


def test_identity_is_not_judged_by_a_look() -> None:
    assert list(SuppliedDevices().judge(sunflower(photos=(photo(digest=DIGEST),)))) == []
