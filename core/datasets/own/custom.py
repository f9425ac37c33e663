"""Imports the user's own images, ``folder:PATH``, ``zip:PATH`` or ``npz:PATH``, as a data set; files are not trusted.

The name is a hash of the content (``npz:1f0c...``), so the same images are the same data set on every machine and path.
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.datasets.array_store import Arrays, write_prepared
from core.datasets.own.folder import read_folder
from core.datasets.own.npz import read_npz
from core.datasets.own.zip import read_zip
from core.errors import InvalidSpec
from core.paths import prepared_folder
from core.specs import DataInfo, short
from core.specs.datasets import OWN_NAME

READERS = {"folder": read_folder, "zip": read_zip, "npz": read_npz}
CLASS_NAME = re.compile(r"[^+:,=%\s](?:[^+:,=%]{0,78}[^+:,=%\s])?")
MIN_TRAIN = 20  # images, as for DataSpec.size
FEW, MANY = 500, 5_000  # training images: below FEW batches are small, from MANY on they are large
LARGE = 10_000  # training images from which on the default network of larger images is large
SMALL_SIDE = 40  # pixels per side up to which the small CNN is the default, however many images there are
WIDE = 32  # channels of its first layer from MANY images on


def is_place(name: str) -> bool:
    """Whether this is ``folder:PATH``, ``zip:PATH`` or ``npz:PATH``, not the name of a data set."""
    return name.partition(":")[0] in READERS and not OWN_NAME.fullmatch(name)


def add_images(
    place: str,
    report: Callable[[int, int], None] = lambda done, total: None,
    title: str | None = None,
    note: Callable[[str], None] = lambda sentence: None,
) -> str:
    """Checks and stores images, and returns the name of the data set.

    Args:
        place: ``folder:PATH``, ``zip:PATH`` or ``npz:PATH``.
        report: called with the number of images read and in total.
        title: their name on screen; default: the file's name.
        note: called with sentences about the layout and the files left out.

    Raises:
        InvalidSpec: the images are not valid; the message lists the problems.
        DataUnavailable: they can't be written.
    """
    kind, _, path = place.partition(":")
    if kind not in READERS or not path:
        raise InvalidSpec(f"{short(place)!r} is not a path to images; write folder:PATH, zip:PATH or npz:PATH")
    found = READERS[kind](Path(path).expanduser(), report)
    _check(place, found.arrays, found.classes)
    kind = "folder" if kind == "zip" else kind  # the same images are the same data set
    name = f"{kind}:{_fingerprint(found.arrays, found.classes)}"
    if not prepared_folder(name).is_dir():
        write_prepared(
            prepared_folder(name), found.arrays, _info(title or Path(path).stem, found.arrays, found.classes)
        )
    for sentence in (*found.notes, *_in_both(found.arrays[0], found.arrays[2])):
        note(sentence)
    return name


def _check(place: str, arrays: Arrays, classes: list[str]) -> None:
    x_train, y_train, x_test, y_test = arrays
    if len(x_train) < MIN_TRAIN or not len(x_test):
        raise InvalidSpec(
            f"{place} has {len(x_train)} training and {len(x_test)} test images; at least {MIN_TRAIN} and 1 are needed"
        )
    if not 2 <= len(classes) <= 10_000 or len(set(classes)) < len(classes):
        raise InvalidSpec(f"{place} has {len(classes)} class names; 2 to 10000 different names are allowed")
    if bad := [name for name in classes if not CLASS_NAME.fullmatch(name) or not name.isprintable() or name == "all"]:
        raise InvalidSpec(
            f"{place}: class name {short(bad[0])!r} is not allowed: 1 to 80 printable characters without + : , = %, "
            "and not 'all': these have a meaning in forget requests"
        )
    for labels in (y_train, y_test):
        if outside := [int(label) for label in np.unique(labels) if not 0 <= label < len(classes)]:
            raise InvalidSpec(f"{place}: label {outside[0]} has no class name; labels must be 0 to {len(classes) - 1}")
    if empty := np.setdiff1d(np.arange(len(classes)), y_train).tolist():
        raise InvalidSpec(f"{place}: class {classes[empty[0]]!r} has no training image")


def _in_both(train: np.ndarray, test: np.ndarray) -> list[str]:
    """A note on test images that are also training images; empty if there are none."""
    known = {hashlib.sha256(image.tobytes()).digest() for image in train}
    count = sum(hashlib.sha256(image.tobytes()).digest() in known for image in test)
    if not count:
        return []
    which = "is a training image" if count == 1 else "are training images"
    return [
        f"{count:,} of the {len(test):,} test images {which} too (identical pixels), so test accuracies "
        "are not on unseen images only."
    ]


def _fingerprint(arrays: Arrays, classes: list[str]) -> str:
    """The first 20 hexadecimal digits of the sha256 of all pixels, labels and names."""
    found = hashlib.sha256(repr((classes, [part.shape for part in arrays])).encode())
    for part in arrays:
        found.update(np.ascontiguousarray(part if part.dtype == np.uint8 else part.astype("<i8")).data)
    return found.hexdigest()[:20]


def _info(title: str, arrays: Arrays, classes: list[str]) -> DataInfo:
    count, channels, size, _ = arrays[0].shape
    held = count // 5
    return DataInfo(
        title=title,
        about=f"{count + len(arrays[2]):,} images of your own, {size}x{size}, in {len(classes)} classes.",
        classes=tuple(classes),
        shape=(channels, size, size),
        sizes=(count - held, held, len(arrays[2])),
        mean=(0.5,) * channels,  # constants: statistics of the images would depend on the forget set
        std=(0.25,) * channels,
        arch=_network(size, count - held),
        recipe=_recipe(count - held),
        width=WIDE if 16 <= size <= SMALL_SIDE and count - held >= MANY else None,
    )


def _network(size: int, train: int) -> str:
    """The default network: small for small or few images, so that a first run takes minutes without a GPU."""
    if size < 16:
        return "resnet-tiny"
    return "cnn-small" if size <= SMALL_SIDE or train < LARGE else "resnet18"


def _recipe(train: int) -> str:
    """The default recipe: smaller batches for fewer images. No flips, because a mirrored letter is another letter."""
    if train < FEW:
        return "few-images"
    return "digits" if train < MANY else "fast-plain"
