"""A message bus (D-Bus) of our own, for services that stand in for the system's. Needs dbus-daemon, and no root."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

DAEMON = Path("/usr/bin/dbus-daemon")
ENDS_WITHIN = 5.0
"""Seconds that the daemon may take to end."""

CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
"""


class PrivateBus:
    """A bus from entering to leaving; `address` is for DBUS_SYSTEM_BUS_ADDRESS. Raises OSError without dbus-daemon."""

    def __init__(self) -> None:
        self._folder = ""
        self._daemon: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """Where it is reached; the same after a restart."""
        return f"unix:path={self._folder}/socket"

    def __enter__(self) -> Self:
        """Start the daemon; it answers on return."""
        self._folder = tempfile.mkdtemp(prefix="bus-")
        (Path(self._folder) / "bus.conf").write_text(CONFIGURATION.format(socket=f"{self._folder}/socket"))
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the daemon, and leave nothing."""
        self.stop()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start the daemon, or start it again after stop."""
        line = [str(DAEMON), f"--config-file={self._folder}/bus.conf", "--nofork", "--nopidfile", "--print-address"]
        self._daemon = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if self._daemon.stdout is None or not self._daemon.stdout.readline():
            self.stop()
            msg = "dbus-daemon did not start"
            raise OSError(msg)

    def stop(self) -> None:
        """End the daemon now, as a crash of the bus would; it is no error to stop it twice."""
        if self._daemon is None:
            return
        self._daemon.terminate()
        self._daemon.wait(ENDS_WITHIN)
        if self._daemon.stdout:
            self._daemon.stdout.close()
        self._daemon = None
