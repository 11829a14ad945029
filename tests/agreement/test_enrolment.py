"""The enrolment code: forgiving of how it is typed, never of what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.enrolment import CROCKFORD, PREFIX, Code, CodeError, new_secret, parse, spell

CODE = Code(("192.168.1.20:8443", "controller.larkfield.test:8443"), "ab" * 16, "0123456789abcdef0123")


@given(
    st.integers(0, 2**128 - 1),
    st.lists(st.from_regex(r"[a-z0-9.]{1,30}:[0-9]{1,5}", fullmatch=True), min_size=1, max_size=3),
)
def test_what_is_spelt_is_read_back(pin: int, addresses: list[str]) -> None:
    code = Code(tuple(addresses), f"{pin:032x}", new_secret())
    assert parse(spell(code)) == code


@pytest.mark.parametrize("typed", [str.lower, lambda c: c.replace("-", " "), lambda c: f"\n {c.replace('0', 'o')} \t"])
def test_case_spaces_and_lookalikes_do_not_matter(typed: object) -> None:
    assert parse(typed(spell(CODE))) == CODE  # type: ignore[operator]  # each is a function of a text


@given(st.data())
def test_one_wrong_letter_is_noticed(data: st.DataObject) -> None:
    text = spell(CODE).replace("-", "")
    place = data.draw(st.integers(len(PREFIX), len(text) - 1))
    letter = data.draw(st.sampled_from(sorted(set(CROCKFORD) - {text[place]})))
    with pytest.raises(CodeError):
        parse(text[:place] + letter + text[place + 1 :])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "starts with SAFE"),
        ("Sunflower 1", "starts with SAFE"),
        (PREFIX, "wrong or missing"),
        (spell(CODE)[:-6], "wrong or missing"),
        (spell(CODE).replace("-", "", 1).replace("SAFE", "SAFEU", 1), "is not used"),
        ("SAFE" + "é" * 40, "is not used"),
    ],
)
def test_what_is_not_a_whole_code_is_refused_with_what_to_do(text: str, words: str) -> None:
    with pytest.raises(CodeError, match=words):
        parse(text)
