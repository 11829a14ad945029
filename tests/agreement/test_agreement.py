"""The whole agreement: its order, and its way to and from text."""

from datetime import timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.agreement import PRINTED, Agreement, AgreementError, from_json, from_toml, to_json
from agreement.clauses.approved_apps import ApprovedApps
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.deadlines import Closing
from agreement.facts import Lost, Strength
from agreement.rulings import Lock
from tests.agreement.cast import LARKFIELD, NOON, ONLY_LARKFIELD, photo, proof, sunflower

FULL = Agreement(3, secure_network=ONLY_LARKFIELD, approved_apps=ApprovedApps(frozenset({"dpkg:gimp"})))


def test_what_is_written_is_read_back() -> None:
    assert from_json(to_json(FULL)) == FULL


PROOFS = (Strength.DELIVERED, Strength.PUBLISHED)
SPANS = st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=1000))


@given(st.sets(st.sampled_from(PROOFS)), SPANS, st.sets(st.text()))
def test_any_sound_agreement_survives_the_journey(strengths: set[Strength], span: timedelta, apps: set[str]) -> None:
    photos = UploadedPhotos(frozenset(strengths), hold_for=span, remind_before=span, closing=Closing("16:30"))
    agreement = Agreement(1, uploaded_photos=photos, approved_apps=ApprovedApps(frozenset(apps)))
    assert from_json(to_json(agreement)) == agreement


def test_the_text_is_the_same_however_the_sets_are_ordered() -> None:
    names = [f"dpkg:app{n}" for n in range(50)]
    texts = {to_json(Agreement(approved_apps=ApprovedApps(frozenset(order)))) for order in (names, names[::-1])}
    assert len(texts) == 1


def test_the_agreement_that_ships_is_sound() -> None:
    agreement = from_toml((files("configs") / "agreement.toml").read_text())
    assert agreement.secure_network is None
    assert agreement.uploaded_photos == UploadedPhotos()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[secure_network]\ntrusted = []", "trusts no network"),
        ('[uploaded_photos]\ndue = "0 hours"', "longer than nothing"),
        ('[uploaded_photos]\ndue = "soon"', "such as “24 hours”"),
        ('[uploaded_photos]\ndue_within = "PT24H"', "in place of due_within"),
        ('[uploaded_photos]\npurge_on = ["attested"]', "a word is no evidence"),
        ('[uploaded_photos]\nhold_for = "PT0S"', "hold_for must be longer than nothing"),
        ('[uploaded_photos.closing]\nat = "six"', "write it as 18:00"),
        ('[uploaded_photos.closing]\ntime_zone = "Larkfield"', "no time zone"),
        ("[uploaded_photos.closing]\ndays = []", "days must be some of"),
        ('[uploaded_photos]\npurge_on = ["hope"]', "Invalid enum value 'hope' - at `$.uploaded_photos.purge_on"),
        ("version = 'two'", "Expected `int`, got `str` - at `$.version`"),
        ("version = ", "Invalid value"),
    ],
)
def test_terms_that_would_harm_are_refused_with_place_and_reason(text: str, words: str) -> None:
    with pytest.raises(AgreementError) as refused:
        from_toml(text)
    assert words in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"version": NaN}', b"[" * 5000])
def test_garbage_is_refused(body: bytes) -> None:
    with pytest.raises(AgreementError):
        from_json(body)


def test_a_lock_comes_before_everything_else() -> None:
    lost = Lost("INC-1", "lost", "Call us.", NOON)
    rulings = list(FULL.judge(sunflower(lost=lost, networks=(LARKFIELD,), photos=(photo(evidence=proof()),))))
    orders = [type(r) for r in rulings]
    assert orders.index(Lock) == 1


def test_every_clause_in_force_carries_its_printed_title() -> None:
    assert {c.number: c.title for c in FULL.clauses()} == {n: PRINTED[n] for n in (1, 8, 9, 10, 12)}
