"""``folder:PATH``: PATH/train/CLASS/*.png and PATH/test/CLASS/*.png, or PATH/CLASS/*.png, of which every fifth is test.

Pictures that are all squares of one size up to 64 pixels stay as they are; others are cut to their middle square and
reduced to 64x64. All grey stays grey; else all are RGB.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from core.errors import InvalidSpec

FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "PPM", "GIF", "TIFF")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".ppm", ".pgm", ".gif", ".tif", ".tiff")
SIDE = 64  # pixels
MOST_PIXELS = 64_000_000  # of one picture, before it is decoded
MOST_BYTES = 16 << 30  # of all images, decoded
NAMED = 20  # bad files in one message


def read_folder(
    path: Path, report: Callable[[int, int], None] = lambda done, total: None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Images uint8 (N, C, H, W) and labels int64 (N,), of training and of test, and the class names.

    Args:
        report: called with the pictures decoded and all there are.

    Raises:
        InvalidSpec: not such a folder, or bad files, named one by one; then nothing is loaded.
    """
    if not path.is_dir():
        raise InvalidSpec(f"{path} is not a folder")
    train, test, classes = _files(path)
    files = train + test
    bad: dict[Path, str] = {}
    sizes = {_look(file, bad) for file, _ in files}
    _refuse(path, bad)
    shapes = {size for size, _ in sizes}
    channels = 1 if all(grey for _, grey in sizes) else 3
    width, height = next(iter(shapes), (SIDE, SIDE))
    side = width if len(shapes) == 1 and width == height and 8 <= width <= SIDE else SIDE
    if len(files) * channels * side * side > MOST_BYTES:
        raise InvalidSpec(f"{path} has {len(files)} pictures, too many to hold at {side}x{side} pixels")
    images = np.empty((len(files), channels, side, side), np.uint8)
    for n, (file, _) in enumerate(files):
        _decode(file, images[n], bad)
        report(n + 1, len(files))
    _refuse(path, bad)
    labels = np.array([label for _, label in files], np.int64)
    cut = len(train)
    return images[:cut], labels[:cut], images[cut:], labels[cut:], classes


def _files(path: Path) -> tuple[list[tuple[Path, int]], list[tuple[Path, int]], list[str]]:
    """Files with their labels, of training and of test, and the class names, all in the order of their names."""
    tops = [path / "train", path / "test"]
    split = all(top.is_dir() for top in tops)
    classes = sorted({folder.name for top in (tops if split else [path]) for folder in _folders(top)})
    if split:
        train, test = ([(f, n) for n, name in enumerate(classes) for f in _pictures(top / name)] for top in tops)
        return train, test, classes
    train, test = [], []
    for n, name in enumerate(classes):
        for place, file in enumerate(_pictures(path / name)):
            (test if place % 5 == 4 else train).append((file, n))
    return train, test, classes


def _folders(path: Path) -> list[Path]:
    return [entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(".")]


def _pictures(folder: Path) -> list[Path]:
    """Files that say by their names that they are pictures, also in folders below (Tiny-ImageNet has ``images/``)."""
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())


def _look(file: Path, bad: dict[Path, str]) -> tuple[tuple[int, int], bool]:
    """Size and greyness from the header; a file without one is bad."""
    try:
        with Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS or min(picture.size) < 8:
                bad[file] = f"{picture.width}x{picture.height} pixels"
            return picture.size, picture.mode in ("1", "L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        bad[file] = "not a picture"
        return (0, 0), False


def _decode(file: Path, into: np.ndarray, bad: dict[Path, str]) -> None:
    channels, side, _ = into.shape
    try:
        with Image.open(file, formats=FORMATS) as picture:
            plain = picture.convert("L" if channels == 1 else "RGB")
    except (OSError, ValueError, SyntaxError) as error:
        bad[file] = f"damaged, {error}"
        return
    if plain.size != (side, side):
        plain = ImageOps.fit(plain, (side, side), Image.Resampling.LANCZOS)
    into[:] = np.asarray(plain).reshape(side, side, channels).transpose(2, 0, 1)


def _refuse(path: Path, bad: dict[Path, str]) -> None:
    if bad:
        named = [f"{file.relative_to(path)} ({why})" for file, why in sorted(bad.items())]
        more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
        raise InvalidSpec(f"{path} has {len(named)} bad files, nothing was loaded: {', '.join(named[:NAMED])}{more}")
