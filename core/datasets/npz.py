"""``npz:PATH``: x_train, y_train, x_test, y_test and class_names in one numpy archive; others are passed over."""

import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.errors import InvalidSpec

NAMES = ("x_train", "y_train", "x_test", "y_test", "class_names")
MAX_BYTES = 16 << 30  # of all arrays together
SIDES = range(8, 257)  # pixels
ARCHIVE_ERRORS = (
    OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError,
)  # fmt: skip


def read_npz(
    path: Path, report: Callable[[int, int], None] = lambda done, total: None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Images uint8 (N, C, H, W) and labels int64 (N,), of training and of test, and the class names.

    In the file images are uint8 (N, H, W) or (N, H, W, 1 or 3). Every header is checked before any array is read;
    pickled arrays are refused.

    Raises:
        InvalidSpec: what is wrong with the file, in one sentence.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if missing := [name for name in NAMES if f"{name}.npy" not in archive.namelist()]:
                raise InvalidSpec(f"{path} has no array {', '.join(missing)}; {', '.join(NAMES)} are needed")
            headers = {name: _header(archive, path, name) for name in NAMES}
            _check(path, headers)
            arrays = {}
            for n, name in enumerate(NAMES):
                with archive.open(f"{name}.npy") as file:
                    arrays[name] = np.lib.format.read_array(file, allow_pickle=False)
                report(n + 1, len(NAMES))
    except InvalidSpec:
        raise
    except ARCHIVE_ERRORS as error:
        raise InvalidSpec(f"{path} cannot be read as npz: {error}") from None
    x_train, x_test = _channels_first(arrays["x_train"]), _channels_first(arrays["x_test"])
    labels = arrays["y_train"].astype(np.int64), arrays["y_test"].astype(np.int64)
    return x_train, labels[0], x_test, labels[1], [str(name) for name in arrays["class_names"]]


def _header(archive: zipfile.ZipFile, path: Path, name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type as the array's own header says, and the size in the archive says no other."""
    with archive.open(f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, kind = reader(file)
        size = file.tell() + int(np.prod(shape, dtype=object)) * kind.itemsize
    if kind.hasobject:
        raise InvalidSpec(f"{path}: {name} holds Python objects, which are not read; save numbers and plain text")
    if size != archive.getinfo(f"{name}.npy").file_size:
        raise InvalidSpec(f"{path}: {name} is not as long as its header says")
    return shape, kind


def _check(path: Path, headers: dict[str, tuple[tuple[int, ...], np.dtype]]) -> None:
    total = sum(int(np.prod(shape, dtype=object)) * kind.itemsize for shape, kind in headers.values())
    if total > MAX_BYTES:
        raise InvalidSpec(f"{path} unpacks to {total:,} bytes; at most {MAX_BYTES:,} are read")
    for images, labels in (("x_train", "y_train"), ("x_test", "y_test")):
        shape, kind = headers[images]
        grey = len(shape) == 3
        if kind != np.uint8 or not (grey or (len(shape) == 4 and shape[3] in (1, 3))):
            raise InvalidSpec(f"{path}: {images} is {kind} {shape}; uint8 (N, H, W) or (N, H, W, 1 or 3) is needed")
        if shape[1] != shape[2] or shape[1] not in SIDES:
            raise InvalidSpec(
                f"{path}: {images} has images of {shape[1]}x{shape[2]} pixels; squares of {SIDES[0]} to {SIDES[-1]} are"
                " needed"
            )
        if headers[labels][1].kind not in "iu" or headers[labels][0] != shape[:1]:
            raise InvalidSpec(f"{path}: {labels} is {headers[labels]}; one whole number per image is needed")
    if headers["x_train"][0][1:] != headers["x_test"][0][1:]:
        raise InvalidSpec(f"{path}: x_train and x_test have images of different shapes")
    if headers["class_names"][1].kind != "U" or len(headers["class_names"][0]) != 1:
        raise InvalidSpec(f"{path}: class_names is {headers['class_names']}; one row of unicode text is needed")


def _channels_first(images: np.ndarray) -> np.ndarray:
    return images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)
