"""The small parts: settings, home folder, certificate, limits, notices, codes."""

import asyncio
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from cryptography import x509

from agreement.enrolment import parse
from controller import certificate, settings
from controller.certificate import CertificateError
from controller.enrol import Here, fitting, issued
from controller.limits import Limiter
from controller.notices import NETWORKS, TABLETS, Notices, standing_of
from controller.records import Author
from controller.settings import Home, Settings, SettingsError
from controller.store.schema import FIRST, NaiveTimeError, from_micros, to_micros
from controller.wiring import log_to_stderr
from tests.controller.test_receive import books_open

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert settings.read(Home(tmp_path)) == Settings()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("port = 'x'", r"\$.port"),
        ("port = 0", "from 1 to 65535"),
        ("colour = 'red'", "colour"),
        ("setting = ' '", "nursery’s name"),
        ("certificate = 'a.pem'", "belong together"),
        ("check_in_every = 'PT0S'", "a second or longer"),
        ("port = ", "Invalid"),
        ("\udcff", "utf-8"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_place(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "controller.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingsError, match=why) as refused:
        settings.read(Home(tmp_path))
    assert "controller.toml" in str(refused.value)


def test_the_settings_that_ship_are_the_defaults() -> None:
    assert settings.parse(Path("configs/controller.toml").absolute()) == Settings()


def test_the_home_is_for_its_owner_and_for_one_controller(tmp_path: Path) -> None:
    home = Home(tmp_path / "a" / "b")
    home.make()
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    with home.alone(), pytest.raises(SettingsError, match="another controller"), home.alone():
        pass
    with home.alone():
        pass


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="--home"):
        Home(tmp_path / "file" / "home").make()


def test_an_address_is_written_with_its_port() -> None:
    written = [settings.with_port(host, 8443) for host in ("10.0.0.1", "nursery.test:9", "fe80::1", "[::1]:7", "[::1]")]
    assert written == ["10.0.0.1:8443", "nursery.test:9", "[fe80::1]:8443", "[::1]:7", "[::1]:8443"]


def test_where_nobody_ever_served_the_other_commands_say_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="safeuse serve"):
        settings.serving(Home(tmp_path))
    settings.tell_serving(Home(tmp_path), ("10.0.0.1:8443",))
    assert settings.serving(Home(tmp_path)).addresses == ("10.0.0.1:8443",)


def test_the_certificate_is_made_once_and_its_key_is_private(tmp_path: Path) -> None:
    made = certificate.own(tmp_path, ["10.0.0.1", "nursery.test", "bücher.test"], NOON)
    assert certificate.own(tmp_path, [], NOON) == made
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    names = x509.load_pem_x509_certificate(made.path.read_bytes()).extensions
    told = str(names.get_extension_for_class(x509.SubjectAlternativeName).value)
    assert "10.0.0.1" in told
    assert "nursery.test" in told
    assert [one.name for one in tmp_path.glob(".*")] == []


def test_a_certificate_that_cannot_serve_is_refused(tmp_path: Path) -> None:
    made = certificate.own(tmp_path, [], NOON)
    with pytest.raises(CertificateError, match="ended on"):
        certificate.given(made.path, made.key, NOON + timedelta(days=4000))
    (tmp_path / "other").mkdir()
    other = certificate.own(tmp_path / "other", [], NOON)
    with pytest.raises(CertificateError, match="is not that of"):
        certificate.given(made.path, other.key, NOON)
    with pytest.raises(CertificateError, match="cannot be read"):
        certificate.given(made.key, made.path, NOON)
    made.key.unlink()
    with pytest.raises(CertificateError, match="cannot be read"):
        certificate.own(tmp_path, [], NOON)


def test_a_name_may_try_again_when_its_tries_are_old_enough() -> None:
    limiter = Limiter(2, MINUTE)
    for second in (0, 30):
        assert limiter.may("10.0.0.9", NOON + timedelta(seconds=second))
        limiter.tried("10.0.0.9", NOON + timedelta(seconds=second))
    assert not limiter.may("10.0.0.9", NOON + timedelta(seconds=59))
    assert limiter.may("10.0.0.8", NOON)
    assert limiter.may("10.0.0.9", NOON + timedelta(seconds=60))


def test_one_who_watches_hears_what_rings_and_nothing_else() -> None:
    async def listen() -> list[frozenset[str]]:
        notices = Notices()
        notices.bind(asyncio.get_running_loop())
        heard = []
        with notices.watch(standing_of("a")) as mine, notices.watch() as all_of_it:
            await asyncio.to_thread(notices.ring, frozenset({TABLETS, standing_of("b")}))
            heard.append(await all_of_it.wait(5))
            await asyncio.to_thread(notices.ring, frozenset({NETWORKS, standing_of("a")}))
            heard += [await mine.wait(5), await all_of_it.wait(5), await mine.wait(0)]
            notices.end()
            heard.append(await mine.wait(5))
        notices.ring(frozenset({TABLETS}))
        return heard

    a, b = standing_of("a"), standing_of("b")
    assert asyncio.run(listen()) == [{TABLETS, b}, {a}, {NETWORKS, a}, frozenset(), frozenset()]


def test_a_code_carries_as_many_addresses_as_fit_and_the_whole_pin() -> None:
    many = tuple(f"controller-{n}.larkfield.test:8443" for n in range(20))
    here = Here(many, "ab" * 32)
    with books_open() as store:
        made = store.write(lambda books: issued(books, ("main", "Sunflower 2", None), here, Author("Ada", NOON)))
    code = parse(made.code)
    assert code.addresses == fitting(many) == many[:6]
    assert code.pin == "ab" * 16
    assert made.expires_at == NOON + timedelta(minutes=30)


def test_an_instant_keeps_every_microsecond_and_never_falls_off_the_calendar() -> None:
    odd = NOON + timedelta(microseconds=1)
    assert from_micros(to_micros(odd)) == odd
    assert to_micros(datetime.fromisoformat("0001-01-01T00:00:00+23:59")) == FIRST
    with pytest.raises(NaiveTimeError):
        to_micros(odd.replace(tzinfo=None))


def test_a_failure_is_logged_with_its_place_and_without_what_was_in_hand(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(secret: str) -> None:
        msg = f"it broke after {len(secret)} letters"
        raise RuntimeError(msg)

    log_to_stderr()
    try:
        fail(str(7**12))
    except RuntimeError:
        structlog.get_logger().exception("not stored")
    structlog.reset_defaults()
    told = capsys.readouterr().err
    assert "it broke after 11 letters" in told
    assert str(7**12) not in told
