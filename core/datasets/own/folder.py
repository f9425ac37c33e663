"""Reads ``folder:PATH``: a folder of image files in one of the layouts of ``core.datasets.own.layout``.

If all images are squares of one size up to 64 pixels, they keep that size; otherwise they are cropped to the middle
square and resized to 64x64. If all images are grey they stay grey; otherwise all become RGB.
"""

import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TypeVar

import numpy as np
from PIL import Image, ImageOps

from core.datasets.own.decode import decode, read_header
from core.datasets.own.imported import Imported
from core.datasets.own.layout import Listing, arrange
from core.errors import InvalidSpec

SIDE = 64  # pixels
MAX_BYTES = 16 << 30  # of all images, decoded
MAX_NAMED = 20  # bad files in one message
MIN_SIDE = 8  # pixels, of the shorter side
UNREADABLE = (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError)  # from folders and zip files
OUTSIDE, SPECIAL = "links out of the folder or in a loop", "pipes, sockets and devices"

Open = Callable[[str], IO[bytes]]
Report = Callable[[int, int], None]
Found = TypeVar("Found")


def read_folder(path: Path, report: Report = lambda done, total: None) -> Imported:
    """Reads the images in a folder.

    Args:
        report: called with the number of images decoded and in total.

    Raises:
        InvalidSpec: not a folder, not a known layout, or bad files, which are listed; then nothing is loaded.
    """
    if not path.is_dir():
        raise InvalidSpec(f"{path} is not a folder")
    return read_pictures(str(path), _listing(path), lambda name: (path / name).open("rb"), report)


def read_pictures(place: str, listing: Listing, open_file: Open, report: Report) -> Imported:
    """As ``read_folder``, for any listing of files.

    Args:
        place: name of the folder or archive in messages.
        open_file: opens a file by name.
    """
    layout = arrange(place, listing)
    files = layout.train + layout.test
    bad: dict[str, str] = {}
    headers = [header for name, _ in files if (header := _read(name, open_file, _header, bad))]
    refuse(place, bad)
    channels = 1 if all(grey for _, grey in headers) else 3
    side = _side({size for size, _ in headers})
    if len(files) * channels * side * side > MAX_BYTES:
        raise InvalidSpec(f"{place} has {len(files)} images, too many to hold in memory at {side}x{side} pixels")
    images = np.empty((len(files), channels, side, side), np.uint8)
    for n, (name, _) in enumerate(files):
        if picture := _read(name, open_file, decode, bad):
            images[n] = _square(picture, channels, side)
        report(n + 1, len(files))
    refuse(place, bad)
    labels = np.array([label for _, label in files], np.int64)
    cut = len(layout.train)
    return Imported((images[:cut], labels[:cut], images[cut:], labels[cut:]), layout.classes, layout.notes)


def refuse(place: str, bad: Mapping[str, str]) -> None:
    """
    Raises:
        InvalidSpec: there are bad files; the message lists the first of them with the reasons.
    """
    if bad:
        named = [f"{name} ({why})" for name, why in sorted(bad.items())]
        more = f" and {len(named) - MAX_NAMED} more" if len(named) > MAX_NAMED else ""
        listed = ", ".join(named[:MAX_NAMED])
        raise InvalidSpec(f"{place} has {len(named)} bad files, nothing was loaded: {listed}{more}")


def _listing(root: Path) -> Listing:
    """All names below a folder. Links are followed if their target is in the folder, one link deep."""
    files: list[str] = []
    folders: list[str] = []
    passed_over: dict[str, list[str]] = {OUTSIDE: [], SPECIAL: []}
    waiting = [(root, "", False)]
    while waiting:
        folder, at, linked = waiting.pop()
        for entry in _entries(folder):
            path, name = Path(entry.path), at + entry.name
            if entry.is_symlink() and not _may_follow(path, root.resolve(), linked):
                passed_over[OUTSIDE].append(name)
            elif entry.is_dir():
                folders.append(name)
                waiting.append((path, f"{name}/", linked or entry.is_symlink()))
            else:
                (files if entry.is_file() else passed_over[SPECIAL]).append(name)
    return Listing(files, folders, passed_over)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError as error:
        raise InvalidSpec(f"{folder} cannot be read: {error.strerror}") from None


def _may_follow(link: Path, root: Path, linked: bool) -> bool:
    """Whether a link's target is in the folder and following it does not loop.

    Args:
        linked: whether the link is in a folder that was itself reached by a link.
    """
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # a broken link or a loop
        return False
    if target.is_dir() and (linked or link.parent.resolve().is_relative_to(target)):
        return False
    return target.is_relative_to(root)


def _read(name: str, open_file: Open, reader: Callable[[IO[bytes]], Found], bad: dict[str, str]) -> Found | None:
    """The result of a reader; a file that it refuses goes into ``bad`` with the reason."""
    try:
        with open_file(name) as file:
            return reader(file)
    except InvalidSpec as error:
        bad[name] = str(error)
    except UNREADABLE as error:
        bad[name] = f"cannot be read, {error}"
    return None


def _header(file: IO[bytes]) -> tuple[tuple[int, int], bool]:
    (width, height), grey = read_header(file)
    if min(width, height) < MIN_SIDE:
        raise InvalidSpec(f"{width}x{height} pixels, at least {MIN_SIDE}x{MIN_SIDE} are needed")
    return (width, height), grey


def _side(sizes: set[tuple[int, int]]) -> int:
    """Pixels per side of all images after resizing."""
    width, height = next(iter(sizes))
    return width if len(sizes) == 1 and width == height <= SIDE else SIDE


def _square(picture: Image.Image, channels: int, side: int) -> np.ndarray:
    plain = picture.convert("L" if channels == 1 else "RGB")
    if plain.size != (side, side):
        plain = ImageOps.fit(plain, (side, side), Image.Resampling.LANCZOS)
    return np.asarray(plain).reshape(side, side, channels).transpose(2, 0, 1)
