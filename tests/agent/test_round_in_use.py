"""The round on photos that another program has open: it waits, and says so only when that lasts."""

from datetime import timedelta

import pytest

from agent.media import busy
from agreement.letters import PhotoPurged, PurgeRefused
from tests.parts.held import held
from tests.parts.tablet import Tablet


def test_a_photo_in_use_is_no_news_and_goes_in_the_next_round(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg")
    tablet.go(2)
    tablet.add_to_journal(digest)
    with held(tablet.camera / "a.jpg", "reads"):
        tablet.go(3)
        assert tablet.photos() == ["a.jpg"]
        assert tablet.ledger.intents() == ()
    assert tablet.told(PurgeRefused) == []
    tablet.go()
    assert tablet.photos() == []
    assert [record.digest for record in tablet.told(PhotoPurged)] == [digest]


def test_a_photo_that_is_open_for_long_is_told_once(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = tablet.take("a.jpg")
    tablet.go(2)
    tablet.add_to_journal(digest)
    monkeypatch.setattr(tablet.media._purging._busy, "_clock", tablet.wall)
    with held(tablet.camera / "a.jpg", "reads"):
        tablet.go(2)
        tablet.clock.advance(busy.LASTING - timedelta(seconds=5))
        tablet.go()
        assert tablet.told(PurgeRefused) == []
        tablet.clock.advance(timedelta(seconds=10))
        tablet.go(3)
    (told,) = tablet.told(PurgeRefused)
    assert "open for a long time. Close the app" in told.why
    tablet.go()
    assert tablet.photos() == []
