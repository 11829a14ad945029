"""A photo in a tablet's wide colours is known, whether the journal applied the profile or dropped it."""

import io
import struct

import pytest
from PIL import Image, ImageCms

from tests.agreement.matching.cast import encoded, in_journal, on_tablet, picture, said

WIDE = {
    b"rXYZ": (0.5151, 0.2412, -0.0011),
    b"gXYZ": (0.2920, 0.6922, 0.0419),
    b"bXYZ": (0.1571, 0.0666, 0.7841),
    b"wtpt": (0.9642, 1.0, 0.8249),
}
"""The primaries of P3 as seen under D50, and D50 itself."""


def profile() -> bytes:
    """A small colour profile (ICC.1:2001-04): three primaries, and a plain gamma of 2.2."""

    def point(values: tuple[float, ...]) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))

    name = b"wide\0"
    desc = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256))
    tags = {tag: point(values) for tag, values in WIDE.items()}
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve, b"desc": desc, b"cprt": b"text\0\0\0\0none\0"}
    table, body, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        table += tag + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"lcms", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2026, 11, 24, 0, 0, 0, b"acsp") + bytes(28)
    head += struct.pack(">3i", *(round(value * 65536) for value in WIDE[b"wtpt"]))
    return head.ljust(128, b"\0") + table + body


@pytest.mark.parametrize("applied", [True, False])
def test_a_photo_in_wide_colours_is_known(*, applied: bool) -> None:
    sink = io.BytesIO()
    roses = picture("roses")
    roses.save(sink, "JPEG", quality=95, icc_profile=profile())
    with Image.open(io.BytesIO(sink.getvalue())) as stored:
        seen = stored.convert("RGB")
    if applied:
        wide = ImageCms.ImageCmsProfile(io.BytesIO(profile()))
        changed = ImageCms.profileToProfile(seen, wide, ImageCms.createProfile("sRGB"))
        assert changed is not None
        seen = changed
    assert said([on_tablet("a", sink.getvalue())], in_journal(encoded(seen, 600, 80))) == {"a": "added"}


def test_a_profile_that_is_no_profile_changes_nothing() -> None:
    sink = io.BytesIO()
    picture("roses").save(sink, "JPEG", quality=95, icc_profile=b"no profile at all")
    copy = in_journal(encoded(picture("frog"), 600, 80))
    assert said([on_tablet("a", sink.getvalue())], copy) == {"a": "not_added"}
