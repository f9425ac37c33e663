"""Arrays of the digits data sets, from the 1,797 handwritten digits of scikit-learn."""

from functools import cache

import numpy as np

from core.datasets.packaged import packaged_table

NOISE_SIGMA = 0.3  # of the range [0, 1]
NOISE_SEED = 20_240_811


@cache
def digits_arrays() -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (1797, 1, 8, 8) scaled to 0..255, and the digits int64 (1797,).

    Raises:
        DataUnavailable: scikit-learn is not installed.
    """
    table = packaged_table("sklearn", "datasets/data/digits.csv.gz", "scikit-learn")
    pixels, digits = table[:, :-1], table[:, -1]
    images = np.rint(pixels * (255 / 16)).astype(np.uint8).reshape(-1, 1, 8, 8)  # 17 grey levels
    return images, digits


@cache
def noisy_images() -> np.ndarray:
    """The same images with fixed Gaussian sensor noise, clipped, as uint8."""
    images, _ = digits_arrays()
    noise = np.random.default_rng(NOISE_SEED).normal(0.0, NOISE_SIGMA, images.shape)
    return np.rint(np.clip(images / 255 + noise, 0, 1) * 255).astype(np.uint8)
