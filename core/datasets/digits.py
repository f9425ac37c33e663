"""The three digits sets, cut from the 1,797 handwritten digits that scikit-learn ships."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.errors import DataUnavailable

NOISE_SIGMA = 0.3  # of the range [0, 1]
NOISE_SEED = 20_240_811


@cache
def digits_arrays() -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (1797, 1, 8, 8) over the full range, and the digits int64 (1797,).

    Read from scikit-learn's own file: importing scikit-learn takes a second that a page does not have.

    Raises:
        DataUnavailable: scikit-learn is not installed.
    """
    package = find_spec("sklearn")
    if package is None or package.origin is None:
        raise DataUnavailable("the digits come with scikit-learn, which is not installed: pip install scikit-learn")
    table = np.loadtxt(Path(package.origin).parent / "datasets/data/digits.csv.gz", delimiter=",", dtype=np.int64)
    pixels, digits = table[:, :-1], table[:, -1]
    images = np.rint(pixels * (255 / 16)).astype(np.uint8).reshape(-1, 1, 8, 8)  # scanned as 17 grey levels
    return images, digits


@cache
def noisy_images() -> np.ndarray:
    """The same images with fixed Gaussian sensor noise, clipped and stored as uint8 like a camera would."""
    images, _ = digits_arrays()
    noise = np.random.default_rng(NOISE_SEED).normal(0.0, NOISE_SIGMA, images.shape)
    return np.rint(np.clip(images / 255 + noise, 0, 1) * 255).astype(np.uint8)
