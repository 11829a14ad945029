"""A guest machine that boots from the image, on a disk of its own that lasts until the machine is thrown away.

The tests ask its hand (guest/hand.py) through a virtual serial port. Its network is QEMU's own, shut: the guest
reaches one address and port, behind which stands whatever the test put on this machine's loopback, and nothing else.
"""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.image import Image
from tests.parts.waiting import eventually

GATE = "10.0.2.100"
"""The one address that the guest reaches."""

GATE_PORT = 8443
BOOT_LIMIT = 300.0  # seconds; an emulated processor needs some forty
STEP_LIMIT = 60.0
PIECE = 1 << 20
APPEND = "root=LABEL=root rw console=ttyS0 quiet loglevel=4 systemd.show_status=0 net.ifnames=0 no_timer_check"


class GuestError(Exception):
    """The guest did not do as it should; carries what it printed."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one script in the guest."""

    status: int
    out: str
    err: str


class Guest:
    """A running guest machine."""

    def __init__(self, image: Image, folder: Path, behind_gate: int, chosen: tuple[str, ...]) -> None:
        """Start the machine on this processor; its disk and sockets are in `folder`, its gate leads to a local port."""
        self.folder = folder
        self._waiting = b""
        self._boot = ""
        disk = folder / "disk.qcow2"
        overlay = ("qemu-img", "create", "-q", "-f", "qcow2", "-b", str(image.disk), "-F", "qcow2", str(disk))
        subprocess.run([program(overlay[0]), *overlay[1:]], check=True)
        self._log = (folder / "qemu.log").open("wb")
        self._qemu = subprocess.Popen(command(image, folder, behind_gate, chosen), stdout=self._log, stderr=self._log)
        self._port = socket.socket(socket.AF_UNIX)
        try:
            self.connect()
        except BaseException:
            self.switch_off()
            raise

    def connect(self) -> None:
        """Open the line to the hand."""
        path = str(self.folder / "hand")

        def reached() -> bool:
            if self._qemu.poll() is not None:
                msg = f"the guest ended: {(self.folder / 'qemu.log').read_text()}"
                raise GuestError(msg)
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                self._port.connect(path)
                return True
            return False

        eventually(reached, within=STEP_LIMIT)

    def switch_off(self) -> None:
        """End the machine, as a power cut does, and give back what it held."""
        self._port.close()
        self._qemu.kill()
        self._qemu.wait()
        self._log.close()

    def wait_for_boot(self, limit: float = BOOT_LIMIT) -> None:
        """Wait until the hand of a boot that was not seen before says that it is there."""
        while True:
            boot = str(self.line(limit).get("boot", ""))
            if boot and boot != self._boot:
                self._boot = boot
                return

    def line(self, limit: float) -> dict[str, object]:
        """The next line from the hand. Raises GuestError with the console when there is none within `limit` seconds."""
        self._port.settimeout(limit)
        while b"\n" not in self._waiting:
            try:
                piece = self._port.recv(1 << 16)
            except TimeoutError:
                piece = b""
            if not piece:
                msg = f"the guest does not answer; its console ends with: {self.console()[-2000:]}"
                raise GuestError(msg)
            self._waiting += piece
        line, self._waiting = self._waiting.split(b"\n", 1)
        answer: dict[str, object] = json.loads(line)
        return answer

    def console(self) -> str:
        """What the guest printed on its console."""
        return (self.folder / "console").read_text(errors="replace")

    def run(self, script: str, given: str = "", limit: float = STEP_LIMIT) -> Ended:
        """Run a shell script in the guest as root, whatever its outcome."""
        self.tell(script, given, limit)
        return Ended(**self.line(limit + STEP_LIMIT))  # type: ignore[arg-type] # the hand's own words

    def tell(self, script: str, given: str = "", limit: float = STEP_LIMIT) -> None:
        """Have a script run, without waiting for its end."""
        asked = {"script": script, "given": given, "limit": str(limit)}
        self._port.sendall(json.dumps(asked).encode() + b"\n")

    def ask(self, script: str, given: str = "", limit: float = STEP_LIMIT) -> str:
        """Run a script that must succeed; gives what it printed. Raises GuestError."""
        ended = self.run(script, given, limit)
        if ended.status:
            msg = f"status {ended.status} from: {script}\n{ended.out}{ended.err}"
            raise GuestError(msg)
        return ended.out.strip()

    def holds(self, script: str) -> bool:
        """Tell whether a script succeeds."""
        return self.run(script).status == 0

    def put(self, path: str, content: bytes) -> None:
        """Write a file in the guest, in pieces."""
        self.ask(f": >'{path}'")
        for start in range(0, len(content), PIECE):
            piece = base64.b64encode(content[start : start + PIECE]).decode()
            self.ask(f"base64 -d >>'{path}'", given=piece)

    def reboot(self) -> None:
        """Shut the guest down properly and wait until it is up again, on the same disk."""
        self.tell("systemctl --no-block reboot")
        self.wait_for_boot()

    def cut_power(self) -> None:
        """Reset the machine without a word, and wait until it is up again."""
        self.tell("echo b >/proc/sysrq-trigger")
        self.wait_for_boot()


@contextmanager
def booted(image: Image, folder: Path, behind_gate: int) -> Iterator[Guest]:
    """Give a guest that is up, and throw it away afterwards."""
    guest = Guest(image, folder, behind_gate, processor(image))
    try:
        guest.wait_for_boot()
        yield guest
    finally:
        guest.switch_off()


def command(image: Image, folder: Path, behind_gate: int, chosen: tuple[str, ...]) -> list[str]:
    """The whole machine."""
    nc = program("busybox")
    return [
        *(
            program("qemu-system-x86_64"),
            "-M",
            "q35",
            *chosen,
            "-smp",
            "2",
            "-m",
            "1024",
            "-nodefaults",
            "-nographic",
        ),
        *("-kernel", str(image.kernel), "-initrd", str(image.initrd), "-append", APPEND),
        *("-drive", f"file={folder / 'disk.qcow2'},if=virtio,format=qcow2,cache=unsafe"),
        *("-device", "virtio-rng-pci", "-device", "virtio-serial-pci"),
        *("-chardev", f"socket,id=hand,path={folder / 'hand'},server=on,wait=off"),
        *("-device", "virtserialport,chardev=hand,name=lab"),
        *("-serial", f"file:{folder / 'console'}", "-device", "virtio-net-pci,netdev=shut"),
        "-netdev",
        f"user,id=shut,restrict=on,guestfwd=tcp:{GATE}:{GATE_PORT}-cmd:{nc} nc 127.0.0.1 {behind_gate}",
    ]


EMULATED = ("-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max")
LENT = ("-accel", "kvm", "-cpu", "host,arch-capabilities=off")
TRIAL_LIMIT = 30.0  # seconds; a lent processor boots the guest in some five


def processor(image: Image) -> tuple[str, ...]:
    """This machine's own processor where the kernel really lends it, else an emulated one.

    Having /dev/kvm says little: inside some virtual machines it is there and a guest hangs. So it is tried, once.
    """
    mark = image.disk.with_name("processor")
    if not mark.exists():
        mark.write_text("lent" if is_lent(image) else "emulated", encoding="ascii")
    return LENT if mark.read_text(encoding="ascii") == "lent" else EMULATED


def is_lent(image: Image) -> bool:
    """Tell whether a guest comes up on this machine's own processor."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    with tempfile.TemporaryDirectory() as folder:
        try:
            guest = Guest(image, Path(folder), behind_gate=9, chosen=LENT)
        except GuestError:
            return False
        try:
            guest.wait_for_boot(TRIAL_LIMIT)
        except GuestError:
            return False
        finally:
            guest.switch_off()
    return True


def program(name: str) -> str:
    """Where a program of the system is. Raises GuestError when it is missing."""
    if path := shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin"):
        return path
    msg = f"{name} is not installed; run: python3 tests/install_system_packages.py --lab"
    raise GuestError(msg)
