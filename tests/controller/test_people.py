"""Who may sign in: one-time links, passwords, sessions."""

from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher

from controller import passwords, people, sessions
from controller.passwords import PasswordError
from controller.patience import Patience
from controller.people import LinkError, PeopleError
from controller.records import Author, Role
from controller.sessions import ABSOLUTE, IDLE, RIGHTS, Doors, Right, SignInError
from controller.store.books import SqlStore
from tests.controller.cast import NOW

PASSWORD = "five gentle otters swim"
HERE = "192.0.2.7"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hash at a lower price: what it costs is not what these tests are about."""
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def ada(store: SqlStore) -> str:
    """The first manager; gives her session's token."""
    token = people.first_manager_link(store, NOW)
    assert token
    return people.join(store, token, "Ada", PASSWORD, NOW)


def dev(store: SqlStore, role: Role = Role.STAFF) -> str:
    """Someone whom Ada invited; gives the session's token."""
    return people.join(store, people.invite(store, role, "Dev", Author("Ada", NOW)), "Dev", PASSWORD, NOW)


def sign_in(store: SqlStore, name: str = "Ada", password: str = PASSWORD, now: datetime = NOW) -> str:
    """Try to sign in, by a fresh door."""
    return sessions.sign_in(store, Doors(), (name, password), HERE, now)


def who(store: SqlStore, token: str, now: datetime = NOW, *, by_hand: bool = True) -> str:
    """The name of who has this cookie; empty for nobody."""
    visitor = sessions.who(store, token, now, by_hand=by_hand)
    return visitor.person.name if visitor else ""


def test_the_first_link_makes_the_first_manager_and_no_second_one(store: SqlStore) -> None:
    token = ada(store)
    visitor = sessions.who(store, token, NOW)
    assert visitor
    assert visitor.person.role is Role.MANAGER
    assert people.first_manager_link(store, NOW) is None


def test_a_newer_first_link_makes_the_older_one_worthless(store: SqlStore) -> None:
    old = people.first_manager_link(store, NOW)
    assert people.first_manager_link(store, NOW)
    assert old
    with pytest.raises(LinkError, match="used already"):
        people.join(store, old, "Eve", PASSWORD, NOW)


def test_a_link_works_once(store: SqlStore) -> None:
    ada(store)
    token = people.invite(store, Role.STAFF, "Dev", Author("Ada", NOW))
    people.join(store, token, "Dev", PASSWORD, NOW)
    with pytest.raises(LinkError, match="used already"):
        people.join(store, token, "Eve", PASSWORD, NOW)


def test_a_link_ends_after_a_day(store: SqlStore) -> None:
    token = people.first_manager_link(store, NOW)
    assert token
    with pytest.raises(LinkError, match="too old"):
        people.join(store, token, "Ada", PASSWORD, NOW + timedelta(hours=24))


def test_a_mistyped_link_is_not_known(store: SqlStore) -> None:
    token = people.first_manager_link(store, NOW)
    assert token
    with pytest.raises(LinkError, match="not known"):
        people.join(store, token[:-1], "Ada", PASSWORD, NOW)


def test_a_link_that_was_withdrawn_works_no_more(store: SqlStore) -> None:
    ada(store)
    token = people.invite(store, Role.STAFF, "Dev", Author("Ada", NOW))
    with store.read() as books:
        (link,) = books.people.links(NOW)
    people.withdraw(store, link.hash, Author("Ada", NOW))
    with pytest.raises(LinkError):
        people.join(store, token, "Dev", PASSWORD, NOW)


def test_a_link_for_staff_does_not_make_a_manager(store: SqlStore) -> None:
    ada(store)
    visitor = sessions.who(store, dev(store), NOW)
    assert visitor
    assert not visitor.may(Right.DECIDE)
    assert visitor.may(Right.REPORT)


def test_a_failed_try_does_not_use_a_link_up(store: SqlStore) -> None:
    token = people.first_manager_link(store, NOW)
    assert token
    with pytest.raises(PasswordError):
        people.join(store, token, "Ada", "short", NOW)
    assert people.join(store, token, "Ada", PASSWORD, NOW)


def test_nobody_has_a_name_twice_whatever_its_case(store: SqlStore) -> None:
    ada(store)
    token = people.invite(store, Role.STAFF, "another Ada", Author("Ada", NOW))
    with pytest.raises(PeopleError, match="already"):
        people.join(store, token, "ADA", PASSWORD, NOW)


@pytest.mark.parametrize("name", ["", "  ", "a" * 61, "Ada\u202e", "Ada\x00"])
def test_a_name_must_be_one_that_can_be_seen(store: SqlStore, name: str) -> None:
    token = people.first_manager_link(store, NOW)
    assert token
    with pytest.raises(PeopleError):
        people.join(store, token, name, PASSWORD, NOW)


@pytest.mark.parametrize("password", ["", "ninechars", "aaaaaaaaaaaa", "x" * 201])
def test_a_password_that_is_easy_to_guess_is_refused(store: SqlStore, password: str) -> None:
    token = people.first_manager_link(store, NOW)
    assert token
    with pytest.raises(PasswordError):
        people.join(store, token, "Ada", password, NOW)


def test_a_password_like_the_name_is_refused(store: SqlStore) -> None:
    token = people.first_manager_link(store, NOW)
    assert token
    with pytest.raises(PasswordError):
        people.join(store, token, "Adamina Lark", "adamina lark", NOW)


def test_no_password_token_or_cookie_is_kept(store: SqlStore) -> None:
    token = people.first_manager_link(store, NOW)
    assert token
    cookie = people.join(store, token, "Ada", PASSWORD, NOW)
    kept = store.database.path.read_bytes() + store.database.path.with_name("safeuse.sqlite3-wal").read_bytes()
    for secret in (token, cookie, PASSWORD):
        assert secret.encode() not in kept
    assert b"$argon2id$" in kept


def test_name_and_password_sign_in_whatever_the_case_of_the_name(store: SqlStore) -> None:
    ada(store)
    assert who(store, sign_in(store, " ada ")) == "Ada"


@pytest.mark.parametrize(("name", "password"), [("Ada", "wrong wrong wrong"), ("Eve", PASSWORD), ("", "")])
def test_what_does_not_fit_is_refused_in_the_same_words(store: SqlStore, name: str, password: str) -> None:
    ada(store)
    with pytest.raises(SignInError, match="Name and password do not fit"):
        sign_in(store, name, password)


def test_wrong_tries_cost_a_longer_wait_each_time_even_for_the_right_password(store: SqlStore) -> None:
    ada(store)
    doors = Doors()
    for _ in range(6):
        with pytest.raises(SignInError, match="do not fit"):
            sessions.sign_in(store, doors, ("Ada", "wrong wrong wrong"), HERE, NOW)
    with pytest.raises(SignInError, match="too often") as refused:
        sessions.sign_in(store, doors, ("Ada", PASSWORD), HERE, NOW)
    later = NOW + refused.value.wait
    assert who(store, sessions.sign_in(store, doors, ("Ada", PASSWORD), HERE, later), later) == "Ada"


def test_signing_in_as_oneself_does_not_buy_more_guesses_at_others(store: SqlStore) -> None:
    ada(store)
    dev(store)
    doors = Doors()
    for guess in range(5):
        with pytest.raises(SignInError, match="do not fit"):
            sessions.sign_in(store, doors, (f"nobody {guess}", "wrong wrong wrong"), HERE, NOW)
    sessions.sign_in(store, doors, ("Dev", PASSWORD), HERE, NOW)
    with pytest.raises(SignInError, match="do not fit"):
        sessions.sign_in(store, doors, ("Ada", "wrong wrong wrong"), HERE, NOW)
    with pytest.raises(SignInError, match="too often"):
        sessions.sign_in(store, doors, ("Dev", PASSWORD), HERE, NOW)


def test_the_wait_doubles_and_is_forgotten_after_an_hour() -> None:
    patience = Patience(free=1, most=timedelta(seconds=30))
    waits = []
    for _ in range(8):
        patience.failed(HERE, NOW)
        waits.append(patience.wait(HERE, NOW).total_seconds())
    assert waits == [0, 1, 2, 4, 8, 16, 30, 30]
    later = NOW + timedelta(hours=1)
    patience.failed(HERE, later)
    assert not patience.wait(HERE, later)


def test_a_session_ends_when_nobody_uses_it(store: SqlStore) -> None:
    ada(store)
    token = dev(store)
    idle = IDLE[Role.STAFF]
    almost = NOW + idle - timedelta(seconds=1)
    assert who(store, token, almost) == "Dev"
    assert who(store, token, almost + idle - timedelta(seconds=1)) == "Dev"
    assert who(store, token, almost + 2 * idle) == ""


def test_a_page_that_refreshes_itself_keeps_no_session_alive(store: SqlStore) -> None:
    ada(store)
    token = dev(store)
    idle = IDLE[Role.STAFF]
    assert who(store, token, NOW + idle * 0.9, by_hand=False) == "Dev"
    assert who(store, token, NOW + idle) == ""


def test_a_session_ends_after_a_working_day_however_busy(store: SqlStore) -> None:
    token = ada(store)
    step = timedelta(minutes=20)
    now = NOW
    while now + step < NOW + ABSOLUTE:
        now += step
        assert who(store, token, now) == "Ada"
    assert who(store, token, NOW + ABSOLUTE) == ""


def test_signing_out_ends_the_session(store: SqlStore) -> None:
    token = ada(store)
    sessions.sign_out(store, token)
    assert who(store, token) == ""


def test_ending_someone_ends_every_session_at_once(store: SqlStore) -> None:
    ada(store)
    tokens = [dev(store), sign_in(store, "Dev")]
    with store.read() as books:
        known = books.people.named("Dev")
    assert known
    people.end(store, known.id, Author("Ada", NOW))
    assert [who(store, token) for token in tokens] == ["", ""]
    with pytest.raises(SignInError):
        sign_in(store, "Dev")


def test_the_last_manager_cannot_be_ended(store: SqlStore) -> None:
    ada(store)
    with store.read() as books:
        known = books.people.named("Ada")
    assert known
    with pytest.raises(PeopleError, match="only manager"):
        people.end(store, known.id, Author("Ada", NOW))


def test_a_name_is_free_again_when_its_owner_left(store: SqlStore) -> None:
    ada(store)
    dev(store)
    with store.read() as books:
        known = books.people.named("Dev")
    assert known
    people.end(store, known.id, Author("Ada", NOW))
    assert who(store, dev(store)) == "Dev"


def test_a_sign_in_link_lets_a_manager_in_who_forgot_and_a_new_password_ends_other_sessions(store: SqlStore) -> None:
    old = ada(store)
    token = people.sign_in_link(store, "", Author("the command line", NOW))
    new = people.enter(store, token, "another six words here", NOW)
    assert (who(store, old), who(store, new)) == ("", "Ada")
    assert who(store, sign_in(store, password="another six words here")) == "Ada"
    with pytest.raises(LinkError):
        people.enter(store, token, "", NOW)


def test_a_manager_lets_someone_in_who_forgot_the_password(store: SqlStore) -> None:
    ada(store)
    dev(store)
    with store.read() as books:
        known = books.people.named("Dev")
    assert known
    token = people.sign_in_link_for(store, known.id, Author("Ada", NOW))
    assert who(store, people.enter(store, token, "", NOW)) == "Dev"
    people.end(store, known.id, Author("Ada", NOW))
    with pytest.raises(PeopleError, match="any more"):
        people.sign_in_link_for(store, known.id, Author("Ada", NOW))


def test_a_link_to_join_does_not_sign_anyone_in(store: SqlStore) -> None:
    ada(store)
    token = people.invite(store, Role.STAFF, "Dev", Author("Ada", NOW))
    with pytest.raises(LinkError):
        people.enter(store, token, "", NOW)


def test_which_manager_must_be_said_when_there_are_several(store: SqlStore) -> None:
    ada(store)
    dev(store, Role.MANAGER)
    with pytest.raises(PeopleError, match="Ada, Dev"):
        people.sign_in_link(store, "", Author("the command line", NOW))
    assert people.sign_in_link(store, "dev", Author("the command line", NOW))


def test_a_new_password_asks_for_the_old_one(store: SqlStore) -> None:
    token = ada(store)
    visitor = sessions.who(store, token, NOW)
    assert visitor
    with pytest.raises(PasswordError, match="another one"):
        people.change_password(store, visitor.person, "wrong wrong wrong", "six other words for it", NOW)
    assert who(store, token) == "Ada"
    fresh = people.change_password(store, visitor.person, PASSWORD, "six other words for it", NOW)
    assert (who(store, token), who(store, fresh)) == ("", "Ada")


def test_every_change_of_people_is_in_the_audit_log_with_its_author(store: SqlStore) -> None:
    ada(store)
    dev(store)
    with store.read() as books:
        lines = [(line.by, line.what) for line in books.audit.latest(10)]
    assert lines == [
        ("Dev", "Joined as staff, by the link that Ada made"),
        ("Ada", "Made a link for Dev to join as staff"),
        ("Ada", "Joined as manager, by the link that Safeuse made"),
    ]


def test_only_the_table_of_rights_grants_anything() -> None:
    assert RIGHTS[Role.STAFF] == {Right.REPORT}
    assert RIGHTS[Role.MANAGER] == set(Right)


def test_a_guess_at_a_kept_password_costs_64_mib_and_three_passes() -> None:
    assert "$m=65536,t=3,p=4$" in passwords.NOBODY
