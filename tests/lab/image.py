"""Builds the guest: a small Debian with a real systemd, logind and NetworkManager, from this machine's package sources.

Needs root, some two minutes and 2 GB. What it makes stays in .lab, and is made anew only when this recipe changes.
"""

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent / "guest"
STATE = Path(__file__).parents[2] / ".lab" / "guest"
PACKAGES = (
    *("linux-image-amd64", "systemd-sysv", "libpam-systemd", "udev", "kmod", "initramfs-tools", "busybox"),
    *("dbus", "iproute2", "network-manager", "nftables", "python3", "strace"),
)
MODULES = ("virtio_pci", "virtio_blk", "virtio_console", "virtio_net", "ext4")
SIZE = "3G"
OFF = ("NetworkManager-wait-online.service", "serial-getty@ttyS0.service", "apt-daily.timer", "apt-daily-upgrade.timer")


class ImageError(Exception):
    """The guest cannot be built here; says what is missing."""


@dataclass(frozen=True, slots=True)
class Image:
    """What a guest boots from: kernel, first root, and a disk that is never written to."""

    kernel: Path
    initrd: Path
    disk: Path


def image() -> Image:
    """Give the image, building it first where it is missing or of an older recipe. Raises ImageError."""
    made = Image(STATE / "vmlinuz", STATE / "initrd.img", STATE / "disk.qcow2")
    mark = STATE / "recipe"
    if not (mark.is_file() and mark.read_text(encoding="ascii") == recipe()):
        STATE.mkdir(parents=True, exist_ok=True)
        mark.unlink(missing_ok=True)
        build(made)
        mark.write_text(recipe(), encoding="ascii")
    return made


def recipe() -> str:
    """A digest of everything that the image is made from."""
    files = sorted([Path(__file__), *HERE.iterdir()])
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def build(wanted: Image) -> None:
    """Install a Debian into a folder, furnish it, and pour it into a disk."""
    root = STATE / "root"
    shutil.rmtree(root, ignore_errors=True)
    try:
        bootstrap(root)
        furnish(root)
        keep(root, "vmlinuz-*", wanted.kernel)
        keep(root, "initrd.img-*", wanted.initrd)
        pour(root, wanted.disk)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def bootstrap(root: Path) -> None:
    """Install the packages from the sources that this machine itself uses for its release."""
    run(
        *("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", f"--include={','.join(PACKAGES)}"),
        '--aptopt=APT::Install-Recommends "false"',
        '--aptopt=Acquire::Check-Valid-Until "false"',
        *("--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/doc/*"),
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        '--customize-hook=printf "MODULES=list\\nCOMPRESS=gzip\\n" >"$1/etc/initramfs-tools/conf.d/lab"',
        f'--customize-hook=printf "%s\\n" {" ".join(MODULES)} >>"$1/etc/initramfs-tools/modules"',
        '--customize-hook=chroot "$1" update-initramfs -u',
        *(release(), str(root), *map(str, sources())),
    )


def release() -> str:
    """The name of this machine's Debian release. Raises ImageError elsewhere."""
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    if facts.get("ID") != "debian":
        msg = "the guest is built from a Debian machine's own package sources; this machine is not a Debian"
        raise ImageError(msg)
    return facts["VERSION_CODENAME"]


def sources() -> list[Path]:
    """The package source files of this machine that name its release."""
    folder = Path("/etc/apt")
    files = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    named = [
        f for f in files if f.suffix in {".list", ".sources"} and f.is_file() and release() in f.read_text("utf-8")
    ]
    if not named:
        msg = f"no package source in {folder} names {release()}"
        raise ImageError(msg)
    return named


def furnish(root: Path) -> None:
    """Give the guest its name, its people, its network and the hand that the tests ask."""
    (root / "etc/machine-id").write_text("")
    (root / "etc/hostname").write_text("sunflower-1\n")
    (root / "etc/fstab").write_text("LABEL=root / ext4 defaults 0 1\n")
    units = root / "etc/systemd/system"
    for name in OFF:
        (units / name).unlink(missing_ok=True)
        (units / name).symlink_to("/dev/null")
    shutil.copy(HERE / "hand.py", root / "usr/local/lib/lab-hand.py")
    shutil.copy(HERE / "lab-hand.service", units)
    connection = root / "etc/NetworkManager/system-connections/wired.nmconnection"
    shutil.copy(HERE / "wired.nmconnection", connection)
    connection.chmod(0o600)
    for person in ("cleo", "dev"):
        run("chroot", str(root), "useradd", "--create-home", "--shell", "/bin/sh", person)
    run("chroot", str(root), "systemctl", "enable", "lab-hand.service")


def keep(root: Path, pattern: str, target: Path) -> None:
    """Copy the newest boot file of this name out of the guest."""
    shutil.copy(max((root / "boot").glob(pattern)), target)


def pour(root: Path, disk: Path) -> None:
    """Make a disk of a folder."""
    raw = STATE / "disk.ext4"
    try:
        run("truncate", "--size", SIZE, str(raw))
        run("mke2fs", "-q", "-F", "-t", "ext4", "-L", "root", "-d", str(root), str(raw))
        run("qemu-img", "convert", "-O", "qcow2", str(raw), str(disk))
    finally:
        raw.unlink(missing_ok=True)


def run(*command: str) -> None:
    """Run a program of the system to its end. Raises ImageError with its own words."""
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as missing:
        msg = f"{command[0]} is not installed; run: python3 tests/install_system_packages.py --lab"
        raise ImageError(msg) from missing
    except subprocess.CalledProcessError as failed:
        msg = f"{command[0]} failed with status {failed.returncode}: {failed.stderr[-2000:]}"
        raise ImageError(msg) from failed
