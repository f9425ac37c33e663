"""``folder:PATH``: PATH/train/CLASS/*.png and PATH/test/CLASS/*.png, or PATH/CLASS/*.png, of which every fifth is test.

Pictures that are all squares of one size up to 64 pixels stay as they are; others are cut to their middle square and
reduced to 64x64. All grey stays grey; else all are RGB.
"""

import lzma
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps

from core.errors import InvalidSpec

FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "PPM", "GIF", "TIFF")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".ppm", ".pgm", ".gif", ".tif", ".tiff")
SIDE = 64  # pixels
MAX_PIXELS = 64_000_000  # of one picture, before it is decoded
MAX_BYTES = 16 << 30  # of all images, decoded
NAMED = 20  # bad files in one message
UNREADABLE = (  # what reading a damaged picture raises, in a zip file or not
    OSError, ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError, zipfile.BadZipFile,
    zlib.error, lzma.LZMAError,
)  # fmt: skip

Open = Callable[[str], IO[bytes]]
Report = Callable[[int, int], None]
Labelled = list[tuple[str, int]]  # names of pictures with their labels


def read_folder(
    path: Path, report: Report = lambda done, total: None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Images uint8 (N, C, H, W) and labels int64 (N,), of training and of test, and the class names.

    Args:
        report: called with the pictures decoded and all there are.

    Raises:
        InvalidSpec: not such a folder, or bad files, named one by one; then nothing is loaded.
    """
    if not path.is_dir():
        raise InvalidSpec(f"{path} is not a folder")
    names = [file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()]
    return read_pictures(str(path), names, lambda name: (path / name).open("rb"), report)


def read_pictures(
    place: str, names: Iterable[str], open_file: Open, report: Report
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """As ``read_folder``, wherever the files are.

    Args:
        place: what messages call it.
        names: of all files in it, with ``/`` between their parts.
        open_file: from a name to its file.
    """
    train, test, classes = _files(names)
    files = train + test
    bad: dict[str, str] = {}
    sizes = {_look(name, open_file, bad) for name, _ in files}
    refuse(place, bad)
    shapes = {size for size, _ in sizes}
    channels = 1 if all(grey for _, grey in sizes) else 3
    width, height = next(iter(shapes), (SIDE, SIDE))
    side = width if len(shapes) == 1 and width == height and 8 <= width <= SIDE else SIDE
    if len(files) * channels * side * side > MAX_BYTES:
        raise InvalidSpec(f"{place} has {len(files)} pictures, too many to hold at {side}x{side} pixels")
    images = np.empty((len(files), channels, side, side), np.uint8)
    for n, (name, _) in enumerate(files):
        _decode(name, open_file, images[n], bad)
        report(n + 1, len(files))
    refuse(place, bad)
    labels = np.array([label for _, label in files], np.int64)
    cut = len(train)
    return images[:cut], labels[:cut], images[cut:], labels[cut:], classes


def refuse(place: str, bad: Mapping[str, str]) -> None:
    """
    Raises:
        InvalidSpec: there are bad files; the message has the first of them by name, each with what is wrong with it.
    """
    if bad:
        named = [f"{name} ({why})" for name, why in sorted(bad.items())]
        more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
        raise InvalidSpec(f"{place} has {len(named)} bad files, nothing was loaded: {', '.join(named[:NAMED])}{more}")


def _files(names: Iterable[str]) -> tuple[Labelled, Labelled, list[str]]:
    """Pictures of training and of test, and the class names, all in the order of their names.

    What says by its name that it is a picture is one, also in folders below (Tiny-ImageNet has ``images/``).
    """
    found = [tuple(name.split("/")) for name in names if name.lower().endswith(SUFFIXES)]
    found = sorted(parts for parts in found if not any(part.startswith(".") for part in parts))
    split = {parts[0] for parts in found} >= {"train", "test"}
    depth = 1 if split else 0  # of the class among the parts of a name
    found = [parts for parts in found if len(parts) > depth + 1 and (not split or parts[0] in ("train", "test"))]
    classes = sorted({parts[depth] for parts in found})
    label = {name: n for n, name in enumerate(classes)}
    seen = Counter[str]()
    train: Labelled = []
    test: Labelled = []
    for parts in sorted(found, key=lambda parts: parts[depth]):
        name = parts[depth]
        is_test = parts[0] == "test" if split else seen[name] % 5 == 4
        (test if is_test else train).append(("/".join(parts), label[name]))
        seen[name] += 1
    return train, test, classes


def _look(name: str, open_file: Open, bad: dict[str, str]) -> tuple[tuple[int, int], bool]:
    """Size and greyness from the header; a file without one is bad."""
    try:
        with open_file(name) as file, Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS or min(picture.size) < 8:
                bad[name] = f"{picture.width}x{picture.height} pixels"
            return picture.size, picture.mode in ("1", "L")
    except UNREADABLE:
        bad[name] = "not a picture"
        return (0, 0), False


def _decode(name: str, open_file: Open, into: np.ndarray, bad: dict[str, str]) -> None:
    channels, side, _ = into.shape
    try:
        with open_file(name) as file, Image.open(file, formats=FORMATS) as picture:
            plain = picture.convert("L" if channels == 1 else "RGB")
    except UNREADABLE as error:
        bad[name] = f"damaged, {error}"
        return
    if plain.size != (side, side):
        plain = ImageOps.fit(plain, (side, side), Image.Resampling.LANCZOS)
    into[:] = np.asarray(plain).reshape(side, side, channels).transpose(2, 0, 1)
