"""Who the tablet is: kept whole or not at all, and for the agent alone."""

from pathlib import Path

import pytest

from agent.identity import FILE, Folder, Identity, NotEnrolledError, make_private, write_private

WHO = Identity("sunflower-1", "ab" * 32, ("controller.larkfield.test:8443",), "cd" * 32)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_kept_is_read_back_and_private(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "state")
    make_private(folder.path)
    folder.keep(WHO)
    assert folder.identity() == WHO
    assert (mode(folder.path), mode(folder.path / FILE)) == (0o700, 0o600)


def test_before_enrolment_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotEnrolledError, match="safeuse-agent enrol CODE"):
        Folder(tmp_path).identity()


@pytest.mark.parametrize("content", [b"", b"{", b'{"device": 1}', b"\xff"])
def test_a_damaged_identity_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(NotEnrolledError, match="enrol this tablet again"):
        Folder(tmp_path).identity()


def test_a_write_that_fails_leaves_what_was(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.keep(WHO)
    (tmp_path / "target").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_private(tmp_path / "target", b"x")
    assert folder.identity() == WHO
    assert [p.name for p in tmp_path.glob(".*")] == []


def test_addresses_of_the_controller_are_remembered_and_may_be_lost(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.known_ips() == {}
    folder.keep_ips({"controller.larkfield.test": ["10.77.0.50"]})
    assert folder.known_ips() == {"controller.larkfield.test": ["10.77.0.50"]}
    (tmp_path / "controller-addresses.json").write_bytes(b"torn")
    assert folder.known_ips() == {}
