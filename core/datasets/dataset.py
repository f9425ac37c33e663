"""Loads data sets as numpy arrays, split into train, pool and test."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.datasets.array_store import read_prepared
from core.datasets.digits import digits_arrays, noisy_images
from core.datasets.mnist_5k import mnist_arrays, worn_images
from core.datasets.own.custom import add_images, is_place
from core.datasets.prepare import ensure_prepared, stored_name
from core.datasets.stratified import stratified_order
from core.errors import DataUnavailable, InvalidSpec
from core.paths import data_root, prepared_folder
from core.specs import DOWNLOADED, DataInfo, DataSpec
from core.specs.datasets import EMBEDDED


@dataclass(frozen=True)
class Split:
    """Images of a data set with labels and ids.

    Attributes:
        images: uint8 (N, C, H, W).
        labels: int64 (N,).
        index: int64 (N,), image ids, unique over all splits.
        subclass: int64 (N,); None if the data set has no sub-classes.
    """

    images: np.ndarray
    labels: np.ndarray
    index: np.ndarray
    subclass: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, where: np.ndarray | slice) -> "Split":
        """The images at these positions, or selected by this mask."""
        subclass = None if self.subclass is None else self.subclass[where]
        return Split(self.images[where], self.labels[where], self.index[where], subclass)

    def with_ids(self, ids: np.ndarray, *, keep: bool = True) -> "Split":
        """Copies of the images with these ids; with ``keep=False``, of all other images."""
        return self.take(np.isin(self.index, ids, invert=not keep))

    def labels_of(self, ids: np.ndarray) -> np.ndarray:
        """Labels of the images with these ids, in this split's order, without reading images."""
        return self.labels[np.isin(self.index, ids)]


@dataclass(frozen=True)
class Dataset:
    """A data set in three disjoint splits; no model is trained on ``pool`` or ``test``."""

    info: DataInfo
    train: Split
    pool: Split | None
    test: Split

    @property
    def classes(self) -> tuple[str, ...]:
        return self.info.classes

    @property
    def subclasses(self) -> tuple[str, ...] | None:
        return self.info.subclasses

    @property
    def parent(self) -> tuple[int, ...] | None:
        return self.info.parent

    @property
    def splits(self) -> dict[str, Split]:
        """Name -> split; without pool if there is none."""
        named = {"train": self.train, "pool": self.pool, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}

    def images_of(self, ids: np.ndarray) -> np.ndarray:
        """Images uint8 (N, C, H, W) in the order of the ids.

        Raises:
            InvalidSpec: no image has this id.
        """
        found = [split.with_ids(ids) for split in self.splits.values()]
        position = {image: n for n, image in enumerate(np.concatenate([split.index for split in found]).tolist())}
        wanted = np.asarray(ids).tolist()
        if missing := [image for image in wanted if image not in position]:
            raise InvalidSpec(f"image {missing[0]} is not in this data set")
        return np.concatenate([split.images for split in found])[[position[image] for image in wanted]]


def load_dataset(data: str | DataSpec, root: Path | str | None = None) -> Dataset:
    """Loads a data set by name or spec; large ones are memory-mapped.

    Raw files in the root are prepared first; nothing is downloaded.

    Args:
        data: a name in ``DATASETS``, ``folder:PATH`` or ``npz:PATH``, or a ``DataSpec``.
        root: folder of torchvision's data sets; default: ``$UNLEARN_DATA``.

    Raises:
        InvalidSpec: the name is unknown, ``size`` is too large, or the user's files are not valid.
        DataUnavailable: the data set is not on this machine.
    """
    if isinstance(data, str):
        data = DataSpec.parse({"name": add_images(data) if is_place(data) else data})
    if data.name not in DOWNLOADED:
        return _load(data, data_root())
    root = data_root() if root is None else Path(root)
    ensure_prepared(data.name, root)
    return _load(data, root)


def is_available(data: DataSpec) -> bool:
    """Whether ``load_dataset`` finds the images of a spec on this machine."""
    try:
        load_dataset(data)
    except DataUnavailable:
        return False
    return True


@lru_cache(maxsize=4)
def _load(spec: DataSpec, root: Path) -> Dataset:
    info = spec.info
    images, finest, index = _arrays(spec.name, root)
    labels, subclass = (finest, None) if info.parent is None else (np.asarray(info.parent)[finest], finest)
    everything = Split(images, labels, index, subclass)
    count, held, _ = info.sizes
    last = count if spec.pool else count + held
    train, test = everything.take(slice(last)), everything.take(slice(count + held, None))
    pool = everything.take(slice(count, count + held)) if spec.pool else None
    if spec.size is not None and spec.size > len(train):
        raise InvalidSpec(f"model.data.size = {spec.size} is too many: {spec.name} has {len(train)} training images")
    return Dataset(info, train.take(slice(spec.size)), pool, test)


def _arrays(name: str, root: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, finest labels and ids of all splits: training images in stratified order, then test images."""
    if name not in EMBEDDED:
        return read_prepared(prepared_folder(stored_name(name), root))
    images, digits = mnist_arrays() if name.startswith("mnist-5k") else digits_arrays()
    if name == "digits-noisy":
        images = noisy_images()
    if name == "mnist-5k-worn":
        images = worn_images()
    order = stratified_order(digits)  # by digit, so that all variants of a data set have the same splits and ids
    return images[order], digits[order], np.arange(len(order))
