"""What this process may do, by the kernel's own word, not by the name of its account."""

from pathlib import Path
from typing import Final

NET_ADMIN: Final = 12  # CAP_NET_ADMIN
DAC_OVERRIDE: Final = 1  # CAP_DAC_OVERRIDE

STATUS = Path("/proc/self/status")


def held(capability: int, status: Path = STATUS) -> bool:
    """Tell whether a capability is in effect; False where the kernel does not say."""
    try:
        lines = status.read_text().splitlines()
    except OSError:
        return False
    effective = next((line.split()[1] for line in lines if line.startswith("CapEff:")), "0")
    return bool(int(effective, 16) >> capability & 1)
