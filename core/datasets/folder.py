"""``folder:PATH``: a folder of pictures in one of the layouts of ``core.datasets.layout``.

Pictures that are all squares of one size up to 64 pixels stay as they are; others are cut to their middle square and
reduced to 64x64. All grey stays grey; else all are RGB.
"""

import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TypeVar

import numpy as np
from PIL import Image, ImageOps

from core.datasets.decode import decode, read_header
from core.datasets.imported import Imported
from core.datasets.layout import Listing, arrange
from core.errors import InvalidSpec

SIDE = 64  # pixels
MAX_BYTES = 16 << 30  # of all images, decoded
NAMED = 20  # bad files in one message
SMALLEST = 8  # pixels, of the shorter side
UNREADABLE = (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError)  # in a zip file or not
OUTSIDE, SPECIAL = "links out of the folder or in a circle", "pipes, sockets and devices"

Open = Callable[[str], IO[bytes]]
Report = Callable[[int, int], None]
Found = TypeVar("Found")


def read_folder(path: Path, report: Report = lambda done, total: None) -> Imported:
    """The pictures in a folder.

    Args:
        report: called with the pictures decoded and all there are.

    Raises:
        InvalidSpec: not such a folder, or bad files, named one by one; then nothing is loaded.
    """
    if not path.is_dir():
        raise InvalidSpec(f"{path} is not a folder")
    return read_pictures(str(path), _listing(path), lambda name: (path / name).open("rb"), report)


def read_pictures(place: str, listing: Listing, open_file: Open, report: Report) -> Imported:
    """As ``read_folder``, wherever the files are.

    Args:
        place: what messages call it.
        open_file: from a name to its file.
    """
    layout = arrange(place, listing)
    files = layout.train + layout.test
    bad: dict[str, str] = {}
    headers = [header for name, _ in files if (header := _read(name, open_file, _header, bad))]
    refuse(place, bad)
    channels = 1 if all(grey for _, grey in headers) else 3
    side = _side({size for size, _ in headers})
    if len(files) * channels * side * side > MAX_BYTES:
        raise InvalidSpec(f"{place} has {len(files)} pictures, too many to hold at {side}x{side} pixels")
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
        InvalidSpec: there are bad files; the message has the first of them by name, each with what is wrong with it.
    """
    if bad:
        named = [f"{name} ({why})" for name, why in sorted(bad.items())]
        more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
        raise InvalidSpec(f"{place} has {len(named)} bad files, nothing was loaded: {', '.join(named[:NAMED])}{more}")


def _listing(root: Path) -> Listing:
    """All names below a folder. Links are followed where they lead to something in it, one link deep."""
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
    """Whether a link leads to something in the folder, and not round in it.

    Args:
        linked: the link lies in a folder that was itself reached by a link.
    """
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # nowhere, or in a circle
        return False
    if target.is_dir() and (linked or link.parent.resolve().is_relative_to(target)):
        return False
    return target.is_relative_to(root)


def _read(name: str, open_file: Open, reader: Callable[[IO[bytes]], Found], bad: dict[str, str]) -> Found | None:
    """What a reader makes of a file; a file that it refuses is bad."""
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
    if min(width, height) < SMALLEST:
        raise InvalidSpec(f"{width}x{height} pixels, at least {SMALLEST}x{SMALLEST} are needed")
    return (width, height), grey


def _side(sizes: set[tuple[int, int]]) -> int:
    """Pixels a side of all images."""
    width, height = next(iter(sizes))
    return width if len(sizes) == 1 and width == height <= SIDE else SIDE


def _square(picture: Image.Image, channels: int, side: int) -> np.ndarray:
    plain = picture.convert("L" if channels == 1 else "RGB")
    if plain.size != (side, side):
        plain = ImageOps.fit(plain, (side, side), Image.Resampling.LANCZOS)
    return np.asarray(plain).reshape(side, side, channels).transpose(2, 0, 1)
