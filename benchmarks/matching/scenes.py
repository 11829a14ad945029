"""Where the evaluation's pictures come from: the photos folder, Debian's wallpapers, and frames of the clips.

A scene is everything that shows the same: it belongs to one half, to tune on or to report, by its name and a seed.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
import pillow_heif
from PIL import Image, ImageOps

from agreement.matching.pdq import pdq

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".state/matching"
DATA = Path(os.environ.get("SAFEUSE_PICTURES", ROOT / ".state/data"))
"""A folder that holds photos/ and videos/; set SAFEUSE_PICTURES where it lies elsewhere."""

PACKAGES = ("plasma-workspace-wallpapers", "mate-backgrounds", "lomiri-wallpapers-16.04", "palapeli-data", "opencv-doc")
STILLS, CLIPS = {".jpg", ".jpeg", ".png", ".heic"}, {".mkv", ".mp4", ".avi"}
LEAST, MOST = 1000, 4000
"""Pixels of a still's longer side: at the least, and what a larger one is reduced to."""

SAME_SCENE = 60
SEED = "2026-11-24"

pillow_heif.register_heif_opener()


class NoPicturesError(Exception):
    """There is nothing to evaluate on; says what to do."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One still or clip."""

    name: str
    path: Path

    @property
    def reported(self) -> bool:
        """Whether it is in the half that is reported; the other half is tuned on."""
        return hashlib.sha256(f"{SEED} {self.name}".encode()).digest()[0] % 2 == 1


def debian() -> Path:
    """Debian's wallpapers, unpacked; fetched by apt where they are not there. Raises NoPicturesError."""
    folder, debs = KEPT / "pictures", KEPT / "debs"
    if not folder.is_dir():
        apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg")
        if not apt or not dpkg:
            msg = "the wallpapers come by apt-get and dpkg, which are not here"
            raise NoPicturesError(msg)
        debs.mkdir(parents=True, exist_ok=True)
        subprocess.run([apt, "-qq", "download", *PACKAGES], cwd=debs, check=True)
        for deb in sorted(debs.glob("*.deb")):
            subprocess.run([dpkg, "-x", str(deb), str(folder)], check=True)
    return folder


def files_in(folder: Path, suffixes: set[str]) -> Iterator[Path]:
    """Files of some kinds, each once, whatever links lead to it."""
    found = {path.resolve() for path in folder.rglob("*") if path.suffix.lower() in suffixes and path.is_file()}
    yield from sorted(path for path in found if "html" not in path.parts)


@lru_cache(maxsize=1)
def stills() -> tuple[Scene, ...]:
    """Every still that is large enough, one a scene, as PDQ tells them apart. Raises NoPicturesError."""
    if not (DATA / "photos").is_dir():
        msg = f"{DATA}/photos is not there. Set SAFEUSE_PICTURES to a folder that holds photos/ and videos/."
        raise NoPicturesError(msg)
    files = [*files_in(DATA / "photos", STILLS), *files_in(debian(), STILLS)]
    mark = hashlib.sha256("\n".join(f"{path} {path.stat().st_size}" for path in files).encode()).hexdigest()
    known = KEPT / f"scenes-as-shown-{mark[:16]}.txt"
    if known.is_file():  # looking through all of them takes a while
        return tuple(Scene(name_of(path), path) for path in map(Path, known.read_text().splitlines()))
    scenes = tuple(one_a_scene(files))
    known.write_text("\n".join(str(scene.path) for scene in scenes))
    return scenes


def one_a_scene(files: Iterable[Path]) -> Iterator[Scene]:
    """Of pictures that show the same only the first; those that are too small are left out."""
    hashes = np.empty((0, 32), np.uint8)
    for path in files:
        with Image.open(path) as image:
            if max(image.size) < LEAST or min(image.size) < LEAST // 2:
                continue
        scene = Scene(name_of(path), path)
        grey = picture(scene).convert("L").resize((512, 512), Image.Resampling.BOX)
        bits, quality = pdq(np.asarray(grey, np.float32))
        own = np.frombuffer(bits, np.uint8)
        if quality >= 1 and not (np.bitwise_count(hashes ^ own).sum(axis=1) <= SAME_SCENE).any():
            hashes = np.vstack([hashes, own])
            yield scene


def name_of(path: Path) -> str:
    """A name that tells scenes apart: a wallpaper's file is only named for its size."""
    return path.parents[2].name if path.parent.name.startswith("images") else path.stem


def clips() -> tuple[Scene, ...]:
    """Every clip. Raises NoPicturesError."""
    found = [
        *files_in(DATA / "videos", CLIPS),
        *(path for path in files_in(debian(), CLIPS) if "bugy" not in path.name),
    ]
    if not found:
        msg = f"{DATA}/videos holds no clips. Set SAFEUSE_PICTURES to a folder that holds photos/ and videos/."
        raise NoPicturesError(msg)
    return tuple(Scene(path.stem, path) for path in found)


def picture(scene: Scene) -> Image.Image:
    """A still, upright, in colours, at most `MOST` pixels long."""
    with Image.open(scene.path) as image:
        upright = ImageOps.exif_transpose(image)
        if upright.has_transparency_data:
            clear = upright.convert("RGBA")
            upright = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
        colours = upright.convert("RGB")
    colours.thumbnail((MOST, MOST))
    return colours


@lru_cache(maxsize=2)
def frames(scene: Scene, most: int = 300) -> tuple[tuple[float, Image.Image], ...]:
    """The first frames of a clip, each with its second."""
    found = []
    with av.open(str(scene.path)) as container:
        for frame in container.decode(video=0):
            found.append((float(frame.time or 0), Image.fromarray(frame.to_ndarray(format="rgb24"))))
            if len(found) >= most:
                break
    return tuple(found)
