"""On a full disk a deletion and a lock are still written down; lesser news goes first, and is counted."""

import json
from pathlib import Path

import pytest

from tests.parts.program import run


@pytest.mark.needs("root", "unshare")
def test_a_full_disk_sheds_the_least_and_never_a_deletion_or_a_loss(tmp_path: Path) -> None:
    code = "import runpy, sys; runpy.run_module('tests.faults.full_disk', run_name='__main__')"
    told = json.loads(run(code, tmp_path, before=["unshare", "--mount", "--propagation", "private"]))
    assert told["full"]
    assert told["tight"]
    assert told["left"] == ["kept.jpg"]
    assert told["kinds"]["purged"] == told["kinds"]["order"] == 1
    assert told["shed"]["agent"] > 300
    assert told["kinds"]["agent"] + told["shed"]["agent"] == 800
    assert told["kinds"]["finding"] + told["shed"].get("finding", 0) == 800
    assert told["gapless"]
    assert told["ballast again"]
    assert not told["tight after"]
