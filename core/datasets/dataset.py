"""Images and labels as numpy arrays, split into train, pool and test."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.datasets.digits import digits_arrays, noisy_images
from core.errors import InvalidSpec
from core.specs import DATASETS, DataInfo, DataSpec, choices


@dataclass(frozen=True)
class Split:
    """Some images of a data set.

    Attributes:
        images: uint8 (N, C, H, W).
        labels: int64 (N,).
        index: int64 (N,), the images' ids, unique over all splits.
        subclass: int64 (N,), or None where the data set has no sub-classes.
    """

    images: np.ndarray
    labels: np.ndarray
    index: np.ndarray
    subclass: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, where: np.ndarray) -> "Split":
        """The images at these positions (or under this mask)."""
        subclass = None if self.subclass is None else self.subclass[where]
        return Split(self.images[where], self.labels[where], self.index[where], subclass)

    def with_ids(self, ids: np.ndarray, *, keep: bool = True) -> "Split":
        """The images with these ids; with ``keep=False`` all the others."""
        return self.take(np.isin(self.index, ids, invert=not keep))


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
        """The splits that exist, by name."""
        named = {"train": self.train, "pool": self.pool, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}

    def images_of(self, ids: np.ndarray) -> np.ndarray:
        """Images uint8 (N, C, H, W) of these ids, in their order.

        Raises:
            InvalidSpec: an id that no image has.
        """
        index = np.concatenate([split.index for split in self.splits.values()])
        order = np.argsort(index)
        place = np.searchsorted(index, ids, sorter=order).clip(max=len(index) - 1)
        if (missing := np.asarray(ids)[index[order[place]] != ids]).size:
            raise InvalidSpec(f"image {missing[0]} is not in this data set")
        images = np.concatenate([split.images for split in self.splits.values()])
        return images[order[place]]


def load_dataset(data: str | DataSpec, root: Path | None = None) -> Dataset:
    """A data set by name, or with the split that a spec asks for.

    Args:
        data: a name in ``DATASETS`` or a ``DataSpec``.
        root: folder of downloaded data sets; the digits sets need none.

    Raises:
        InvalidSpec: an unknown name, or more training images asked for than there are.
    """
    if isinstance(data, str):
        if data not in DATASETS:
            raise InvalidSpec(f"data set {data!r} is not known; choose {choices(DATASETS)}")
        data = DataSpec(name=data)
    return _load(data, root)


@lru_cache(maxsize=4)
def _load(spec: DataSpec, root: Path | None) -> Dataset:
    info = spec.info
    images, digits = digits_arrays()
    if spec.name == "digits-noisy":
        images = noisy_images()
    labels = digits if info.parent is None else np.asarray(info.parent)[digits]
    subclass = digits if info.parent is not None else None
    order = stratified_order(digits)  # by digit, so that the three sets share their splits and ids
    everything = Split(
        images[order], labels[order], np.arange(len(order)), None if subclass is None else subclass[order]
    )
    train, pool, _ = info.sizes
    first, second, third = np.split(everything.index, [train, train + pool])
    if not spec.pool:
        first, second = np.concatenate([first, second]), second[:0]
    if spec.size is not None:
        if spec.size > len(first):
            raise InvalidSpec(f"model.data.size = {spec.size}: {spec.name} has {len(first)} training images")
        first = first[: spec.size]
    return Dataset(info, everything.take(first), everything.take(second) if spec.pool else None, everything.take(third))


def stratified_order(labels: np.ndarray, seed: int = 0) -> np.ndarray:
    """An order of all positions in which every beginning has nearly the same share of each label.

    Each label's images are shuffled and spread evenly over [0, 1); sorting by that place interleaves the labels.
    """
    rng = np.random.default_rng(seed)
    place = np.empty(len(labels))
    for label in np.unique(labels):
        where = np.flatnonzero(labels == label)
        place[where] = (rng.permutation(len(where)) + rng.random()) / len(where)
    return np.argsort(place, kind="stable")
