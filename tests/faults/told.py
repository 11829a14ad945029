"""What the controller was told in a story: by number, each piece once, on an unbroken chain."""

import json
from pathlib import Path
from typing import Any

from agreement.letters import GENESIS, link
from tests.agreement.cast import NOON


def news(home: Path) -> list[dict[str, Any]]:
    """Every piece of news in HOME/told, in order. Fails when the chain is broken or a number is missing."""
    told = home / "told"
    lines = {line["number"]: line for line in map(json.loads, told.read_text().splitlines())} if told.exists() else {}
    chain = GENESIS
    for number, line in sorted(lines.items()):
        assert number >= 1
        assert line["chain"] == link(chain, number, NOON, line["what"].encode()), "the chain is broken"
        chain = line["chain"]
    assert sorted(lines) == list(range(1, len(lines) + 1))
    return [json.loads(line["what"]) for _, line in sorted(lines.items())]
