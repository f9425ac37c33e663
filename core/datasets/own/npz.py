"""Reads ``npz:PATH``: images, labels and class names in one numpy archive.

Array names are those of Keras (``x_train``, ``y_train``, ``x_test``, ``y_test``) or MedMNIST (``train_images``,
``train_labels``, ...), in upper or lower case. ``val`` is the test set if there is no test. ``class_names`` is
optional: without it the labels are the names.
"""

import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.datasets.own.imported import Imported, left_out
from core.datasets.own.npy import read_header
from core.errors import InvalidSpec
from core.escaping import error_sentence
from core.specs import short

TRAIN, TEST = ("train",), ("test", "val", "valid", "validation")
NEEDED = "x_train, y_train, x_test and y_test, or train_images, train_labels, test_images and test_labels (or val)"
CLASS_NAMES = "class_names"
MAX_BYTES = 16 << 30  # of all arrays together
SIDES = range(8, 257)  # pixels

Header = tuple[tuple[int, ...], np.dtype]


@dataclass(frozen=True)
class _Names:
    """Names of the arrays in one file."""

    x_train: str
    y_train: str
    x_test: str
    y_test: str
    classes: str | None
    others: tuple[str, ...]

    @property
    def read(self) -> list[str]:
        return [self.x_train, self.y_train, self.x_test, self.y_test, *([self.classes] if self.classes else [])]


def read_npz(path: Path, report: Callable[[int, int], None] = lambda done, total: None) -> Imported:
    """Reads a numpy archive of images.

    Images are uint8 (N, H, W) or (N, H, W, 1 or 3), labels whole numbers (N,) or (N, 1). All headers are checked before
    any array is read; pickled arrays are refused.

    Raises:
        InvalidSpec: the file is not valid; the message says why.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = _find(path, [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")])
            _check(path, names, {name: _header(archive, path, name) for name in names.read})
            arrays = {}
            for n, name in enumerate(names.read):
                with archive.open(f"{name}.npy") as file:
                    arrays[name] = np.lib.format.read_array(file, allow_pickle=False)
                report(n + 1, len(names.read))
    except InvalidSpec:
        raise
    except Exception as error:  # damaged archives and crafted headers raise errors of every kind
        raise InvalidSpec(f"{path} cannot be read as npz: {short(error_sentence(error))}") from None
    x_train, x_test = _channels_first(arrays[names.x_train]), _channels_first(arrays[names.x_test])
    y_train, y_test = (arrays[name].reshape(-1).astype(np.int64) for name in (names.y_train, names.y_test))
    if names.classes:
        classes = [str(name) for name in arrays[names.classes]]
    else:
        y_train, y_test, classes = _named_by_labels(path, y_train, y_test)
    test = [f"{names.x_test} is the test set."] if names.x_test.lower() not in ("x_test", "test_images") else []
    notes = (*test, *left_out({"arrays": names.others}))
    return Imported((x_train, y_train, x_test, y_test), classes, notes)


def _find(path: Path, found: list[str]) -> _Names:
    by_lower = {name.lower(): name for name in found}
    train, test = _pair(by_lower, TRAIN), _pair(by_lower, TEST)
    if train is None or test is None:
        has = f"the arrays {', '.join(sorted(found))}" if found else "no arrays"
        raise InvalidSpec(f"{path} has {has}; needed are {NEEDED}")
    classes = by_lower.get(CLASS_NAMES)
    return _Names(*train, *test, classes, tuple(sorted({*found} - {*train, *test, classes})))


def _pair(by_lower: dict[str, str], splits: Iterable[str]) -> tuple[str, str] | None:
    """Names of the images and labels of the first of these splits in the file."""
    for split in splits:
        for images, labels in ((f"x_{split}", f"y_{split}"), (f"{split}_images", f"{split}_labels")):
            if images in by_lower and labels in by_lower:
                return by_lower[images], by_lower[labels]
    return None


def _header(archive: zipfile.ZipFile, path: Path, name: str) -> Header:
    with archive.open(f"{name}.npy") as file:
        return read_header(file, archive.getinfo(f"{name}.npy").file_size, f"{path}: {name}")


def _check(path: Path, names: _Names, headers: dict[str, Header]) -> None:
    total = sum(int(np.prod(shape, dtype=object)) * kind.itemsize for shape, kind in headers.values())
    if total > MAX_BYTES:
        raise InvalidSpec(f"{path} unpacks to {total:,} bytes; at most {MAX_BYTES:,} are read")
    for images, labels in ((names.x_train, names.y_train), (names.x_test, names.y_test)):
        shape, kind = headers[images]
        grey = len(shape) == 3
        if kind != np.uint8 or not (grey or (len(shape) == 4 and shape[3] in (1, 3))):
            raise InvalidSpec(f"{path}: {images} is {kind} {shape}; uint8 (N, H, W) or (N, H, W, 1 or 3) is needed")
        if shape[1] != shape[2] or shape[1] not in SIDES:
            raise InvalidSpec(
                f"{path}: {images} has images of {shape[1]}x{shape[2]} pixels; squares of {SIDES[0]} to {SIDES[-1]} are"
                " needed"
            )
        per_image, kind = headers[labels]
        if kind.kind not in "iu" or per_image not in (shape[:1], (*shape[:1], 1)):
            raise InvalidSpec(f"{path}: {labels} is {kind} {per_image}; one whole number per image is needed")
    if headers[names.x_train][0][1:] != headers[names.x_test][0][1:]:
        raise InvalidSpec(f"{path}: {names.x_train} and {names.x_test} have images of different shapes")
    if names.classes and (headers[names.classes][1].kind != "U" or len(headers[names.classes][0]) != 1):
        shape, kind = headers[names.classes]
        raise InvalidSpec(f"{path}: {names.classes} is {kind} {shape}; one row of unicode text is needed")


def _named_by_labels(path: Path, y_train: np.ndarray, y_test: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Labels renumbered from 0, and the old labels as class names."""
    known = np.unique(y_train)
    if (strange := np.setdiff1d(y_test, known)).size:
        raise InvalidSpec(f"{path}: no training image has the label {strange[0]} of a test image")
    return np.searchsorted(known, y_train), np.searchsorted(known, y_test), [str(label) for label in known]


def _channels_first(images: np.ndarray) -> np.ndarray:
    return images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)
