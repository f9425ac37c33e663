"""Raw files of torchvision's data sets: locations, downloads, and reading.

torchvision provides the URLs, md5 sums and formats. It imports torch, so pages must not call these functions.
"""

import gzip
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.array_store import Arrays
from core.datasets.own.npz import read_npz
from core.errors import DamagedData, InvalidSpec
from core.specs import DOWNLOADED
from core.specs.cifar import CLASSES
from core.specs.datasets import Torchvision


@dataclass(frozen=True)
class Source:
    """A file to download: its path below the root, URL and md5."""

    path: str
    url: str
    md5: str


def is_found(name: str, root: Path) -> bool:
    """Whether the raw files seem to exist."""
    return any((root / mark).exists() for mark in _source(name).marks)


def sources(name: str) -> list[Source]:
    """The files to download, from torchvision's lists."""
    kind = _torchvision(name)
    if hasattr(kind, "tgz_md5"):
        return [Source(kind.filename, kind.url, kind.tgz_md5)]
    if hasattr(kind, "split_list"):
        return [Source(file, url, md5) for url, file, md5 in (kind.split_list["train"], kind.split_list["test"])]
    return [Source(f"{kind.__name__}/raw/{file}", kind.mirrors[0] + file, md5) for file, md5 in kind.resources]


def is_archive(path: Path) -> bool:
    """Whether a file must be unpacked before use."""
    return path.suffix == ".gz"


def unpack(path: Path) -> None:
    """Unpacks an archive with a checked md5 into its own folder; overwrites files of the same names."""
    if path.name.endswith(".tar.gz"):
        part = path.with_name(f"{path.name}.unpacked")
        shutil.rmtree(part, ignore_errors=True)  # left by an interrupted attempt
        with tarfile.open(path) as archive:
            archive.extractall(part, filter="data")
        for entry in part.iterdir():  # move complete files only: others look for these names
            _move(entry, path.parent / entry.name)
        part.rmdir()
    elif is_archive(path):
        plain = path.with_suffix("")
        part = plain.with_name(f"{plain.name}.part")
        with gzip.open(path) as packed, part.open("wb") as file:
            shutil.copyfileobj(packed, file)
        part.rename(plain)


def _move(entry: Path, target: Path) -> None:
    """Files of other names that are in a folder already stay there."""
    if not target.is_dir():
        entry.replace(target)
        return
    for inner in entry.iterdir():
        _move(inner, target / inner.name)
    entry.rmdir()


def read_raw(name: str, root: Path) -> Arrays:
    """The images as arrays.

    CIFAR-100 is also taken from ``cifar100.npz``, in the layout of ``npz:``, where torchvision's files are not there.

    Raises:
        DamagedData: files are missing, damaged or others.
    """
    folder, packed = root / "cifar-100-python", root / "cifar100.npz"
    if name == "cifar100" and packed.is_file() and not folder.is_dir():
        return _read_packed(packed)
    kind = _torchvision(name)
    try:
        if name == "svhn":
            found = [(part.data, part.labels) for part in (kind(root, "train"), kind(root, "test"))]
        else:
            found = [(part.data, part.targets) for part in (kind(root, train=True), kind(root, train=False))]
    except Exception as error:  # torchvision raises what its readers do
        message = str(error).partition(" You can use download=True")[0]
        raise DamagedData(f"the files of {name} in {root} cannot be read: {message}") from None
    (x_train, y_train), (x_test, y_test) = found
    return _channels_first(name, x_train), np.asarray(y_train), _channels_first(name, x_test), np.asarray(y_test)


def _read_packed(path: Path) -> Arrays:
    try:
        found = read_npz(path)
    except InvalidSpec as error:
        raise DamagedData(str(error)) from None
    if tuple(found.classes) != CLASSES:
        raise DamagedData(f"{path} does not hold the 100 classes of CIFAR-100 in their order")
    return found.arrays


def _channels_first(name: str, images: Any) -> np.ndarray:
    images = np.asarray(images)
    if images.ndim == 3:  # grey
        return images[:, None]
    return images if name == "svhn" else images.transpose(0, 3, 1, 2)


def _torchvision(name: str) -> Any:
    import torchvision.datasets as theirs  # slow, and imports torch

    return getattr(theirs, _source(name).kind)


def _source(name: str) -> Torchvision:
    source = DOWNLOADED[name].source
    assert source is not None, f"{name} is not one of torchvision's"
    return source
