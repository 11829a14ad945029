"""What a hostile picture may do to a decoder: it costs that picture, and reaches nothing beyond its process."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from agreement.drawers import Filling, new_key
from controller.journal.decoder import Sniff
from controller.journal.fingerprints import Child, ChildFailedError, ChildFingerprints
from controller.seams import FingerprinterError
from tests.parts.exports import photo

KEY = new_key()
STARTS, DEPTH = (b"\xff\xc0", b"\xff\xc2"), 8  # of a JPEG's frame
SNIFFS = 'import sys; sys.stdin.readline(); print(\'{"type":"sniffed","kind":"picture"}\', flush=True); '
SNIFFS += "sys.stdin.readline(); "  # it does harm once it is asked for a fingerprint
HARM = {
    "ends": SNIFFS + "sys.exit(1)",
    "is killed": SNIFFS + "import os; os.kill(os.getpid(), 9)",
    "hangs": SNIFFS + "import time; time.sleep(1000)",
    "talks nonsense": SNIFFS + "print('nonsense', flush=True); input()",
    "never stops talking": SNIFFS + "\nwhile True: print('x' * 100000, end='', flush=True)",
    "answers something else": SNIFFS
    + 'sys.stdin.readline(); print(\'{"type":"sniffed","kind":null}\', flush=True); input()',
}


@pytest.mark.parametrize("harm", HARM)
def test_whatever_a_decoder_does_it_costs_one_picture(tmp_path: Path, harm: str) -> None:
    made = ChildFingerprints((sys.executable, "-c", HARM[harm]), {"picture": 1.0, "video": 1.0})
    try:
        assert made.kind(b"\xff\xd8\xff") == "picture"
        assert made.fingerprint(tmp_path / "sealed", KEY, "picture") is None
        assert made.kind(b"\xff\xd8\xff") == "picture"  # the next child
    finally:
        made.close()


def test_a_decoder_that_never_starts_is_told_and_not_taken_for_bad_pictures() -> None:
    made = ChildFingerprints((sys.executable, "-c", "raise SystemExit"))
    with pytest.raises(FingerprinterError, match="Install safeuse"):
        made.kind(b"\xff\xd8\xff")


def test_a_child_that_is_gone_is_noticed() -> None:
    child = Child((sys.executable, "-c", "pass"))
    with pytest.raises(ChildFailedError):
        child.ask(Sniff(b"x"), 10.0)
    child.close()


def bounded(program: str) -> "subprocess.CompletedProcess[str]":
    """Run a program within a decoder's bounds."""
    code = f"import resource\nfrom agreement.bounds import READING\nREADING.lay_on(resource)\n{program}"
    return subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, check=False, timeout=60)


def test_a_decoder_can_write_nothing_into_a_file(tmp_path: Path) -> None:
    path = tmp_path / "stolen"
    done = bounded(f"import os; os.write(os.open({str(path)!r}, os.O_WRONLY | os.O_CREAT), b'x')")
    assert "File too large" in done.stderr
    assert path.stat().st_size == 0


def test_a_decoder_can_take_no_more_memory_than_it_was_given() -> None:
    assert bounded("bytearray(100 * 1024**2)").returncode == 0
    assert "MemoryError" in bounded("bytearray(4 * 1024**3)").stderr


def bomb(width: int, height: int) -> bytes:
    """A JPEG that says that it is much larger than it is."""
    whole = bytearray(photo("roses"))
    at = max(i for i in range(len(whole) - 4) if bytes(whole[i : i + 2]) in STARTS and whole[i + 4] == DEPTH)
    whole[at + 5 : at + 9] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(whole)


@pytest.mark.parametrize(
    "content",
    [bomb(65535, 65535), photo("roses")[:3000], b"\xff\xd8\xff" + bytes(100_000), b"\x89PNG\r\n\x1a\n" + b"\xff" * 99],
    ids=["a bomb", "cut off", "zeros", "a torn header"],
)
def test_a_picture_that_lies_is_left_out_and_the_next_is_taken(tmp_path: Path, content: bytes) -> None:
    made = ChildFingerprints()
    try:
        assert made.fingerprint(sealed(tmp_path / "bad", content), KEY, "picture") is None
        assert made.fingerprint(sealed(tmp_path / "good", photo("roses")), KEY, "picture") is not None
    finally:
        made.close()


def sealed(path: Path, content: bytes) -> Path:
    target = io.BytesIO()
    filling = Filling(target, KEY)
    filling.write(content)
    filling.finish()
    path.write_bytes(target.getvalue())
    return path


def test_the_process_that_serves_knows_no_pictures() -> None:
    code = (
        "import sys, controller.wiring, controller.__main__; "
        "print([name for name in sys.modules if name.startswith(('agreement.matching', 'numpy', 'PIL', 'cv2', 'av.'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
