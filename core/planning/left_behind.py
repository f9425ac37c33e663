"""Near-duplicates of forget images in the retain set, from which a model can still learn them."""

from functools import lru_cache

import numpy as np

from core.analysis.near_duplicates import NEAR_DUPLICATE, near_duplicates, sketches
from core.datasets import ForgetSet, load_dataset
from core.specs import DataSpec


def left_behind(data: DataSpec, forget: ForgetSet, removed: ForgetSet) -> tuple[int, ...]:
    """Ids of retained training images that are near-duplicates of a forget image.

    Args:
        removed: all forgotten images, earlier requests included.
    """
    return _left_behind(data, tuple(forget.ids.tolist()), tuple(removed.ids.tolist()))


def left_behind_note(ids: tuple[int, ...]) -> list[str]:
    """A warning as a list of sentences; empty where no near-duplicate is retained."""
    if not ids:
        return []
    which = "retained image is a near-duplicate" if len(ids) == 1 else "retained images are near-duplicates"
    return [
        f"{len(ids):,} {which} of images to forget (at most {NEAR_DUPLICATE} of the range apart, root mean square). "
        "The model can still learn the forgotten images from these."
    ]


@lru_cache(maxsize=16)  # a page makes a new plan on every interaction
def _left_behind(data: DataSpec, forget: tuple[int, ...], removed: tuple[int, ...]) -> tuple[int, ...]:
    train = load_dataset(data).train
    retained = np.isin(train.index, removed, invert=True)
    return tuple(
        train.index[near_duplicates(train.images, _sketches(data), np.isin(train.index, forget), retained)].tolist()
    )


@lru_cache(maxsize=4)
def _sketches(data: DataSpec) -> np.ndarray:
    return sketches(load_dataset(data).train.images)
