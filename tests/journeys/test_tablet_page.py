"""The tablet's own page at a real agent: staff say what a photo is, and it is sealed and leaves, or it stays."""

import hashlib

from tests.journeys.conftest import PICTURES, Open
from tests.parts.page import running_page
from tests.parts.waiting import eventually


def test_a_photo_leaves_on_a_persons_word_sealed_and_its_neighbours_stay(opening: Open) -> None:
    tablet = opening().nursery.tablet("Sunflower 2")
    digests = {}
    for name in ("frog", "roses", "trees"):
        taken = tablet.take(PICTURES / f"{name}.jpg", f"{name}.jpg")
        digests[name] = hashlib.sha256(taken.read_bytes()).hexdigest()
    eventually(lambda: tablet.status()["photos"]["waiting"] == 3, within=30)
    with running_page(tablet) as page:
        assert page.enter().status_code == 200
        assert "3 photos are waiting for the journal." in page.get().text
        assert page.get(f"/photo/{digests['frog']}").headers["content-type"] == "image/jpeg"
        page.act("/say", photo=digests["frog"], word="added")
        page.act("/say", photo=digests["roses"], word="keep")
        eventually(lambda: {path.name for path in tablet.camera.iterdir()} == {"roses.jpg", "trees.jpg"}, within=60)
        eventually(lambda: "removed because someone said that it is in the journal" in page.get().text, within=30)
        words = page.get().text
        assert "1 photo is waiting for the journal." in words
        assert "The manager is asked to let it stay." in words
        assert digests["frog"] not in words
        assert tablet.agent
        tablet.agent.end()
        page.process.wait(60)
