"""Runs inside the guest: does what the tests ask through a virtual serial port, one JSON line each way.

It uses no network, so that a test can cut the guest's network off and still ask what happened.
"""

import json
import subprocess
from pathlib import Path

PORT = "/dev/virtio-ports/lab"


def obey(asked: dict[str, str]) -> dict[str, object]:
    """Run one shell script, to its end or its time limit in seconds."""
    try:
        ended = subprocess.run(
            ["/bin/sh", "-c", asked["script"]],
            input=asked.get("given", "").encode(),
            capture_output=True,
            timeout=float(asked["limit"]),
            check=False,
        )
    except subprocess.TimeoutExpired as hung:
        return {"status": 124, "out": (hung.stdout or b"").decode(errors="replace"), "err": "it did not end in time"}
    said = {"out": ended.stdout.decode(errors="replace"), "err": ended.stderr.decode(errors="replace")}
    return {"status": ended.returncode, **said}


def main() -> None:
    """Say which boot this is, then serve until the machine goes down."""
    with open(PORT, "r+b", buffering=0) as port:  # noqa: PTH123 - a device, unbuffered
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        port.write(json.dumps({"boot": boot}).encode() + b"\n")
        waiting = b""
        while True:
            waiting += port.read(1 << 16) or b""
            while b"\n" in waiting:
                line, waiting = waiting.split(b"\n", 1)
                answer = obey(json.loads(line))
                whole = json.dumps(answer).encode() + b"\n"
                while whole:
                    whole = whole[port.write(whole) or 0 :]


if __name__ == "__main__":
    main()
