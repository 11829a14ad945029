"""The demo plays to its end, and its numbers are what happened."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def played(folder: Path) -> dict[str, object]:
    out = folder / "demo.json"
    line = [sys.executable, "-m", "demo", "--seconds", "1", "--json", str(out)]
    environment = os.environ | {"TMPDIR": str(folder)}
    run = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=110, env=environment)
    assert run.returncode == 0, run.stdout + run.stderr
    assert [path.name for path in folder.iterdir()] == ["demo.json"]
    happened: dict[str, object] = json.loads(out.read_text())
    return happened


def test_photos_go_only_with_evidence_and_the_one_that_was_not_added_stays(tmp_path: Path) -> None:
    happened = played(tmp_path)
    tablets = happened["tablets"]
    assert isinstance(tablets, dict)
    counts = {
        name: [one[word] for word in ("taken", "in_journal", "purged", "kept", "overdue")]
        for name, one in tablets.items()
    }
    assert counts == {"Sunflower 1": [6, 6, 6, 0, 0], "Sunflower 2": [3, 2, 2, 1, 1], "Bluebell 1": [1, 0, 0, 1, 1]}
    assert "1 photo is not in the journal yet." in tablets["Sunflower 2"]["findings"]
    assert "This tablet was reported lost." in tablets["Bluebell 1"]["findings"]
    assert isinstance(happened["seconds_from_evidence_to_gone"], dict)
    assert happened["seconds_from_evidence_to_gone"]["of"] == 8
    assert happened["networks_are_really_cut_off"] is (os.geteuid() == 0)
