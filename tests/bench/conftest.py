"""A data set of a few small images, for benchmarks from end to end."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets import add_images


@pytest.fixture
def tiny(own_store: Path, tmp_path: Path) -> str:
    """The name of 240 training images (a fifth of them the pool) and 60 test images, 8x8 grey, in four classes: a
    bright quarter of the picture says which, under noise that is strong enough for errors."""
    rng = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 240), ("test", 60)):
        labels = np.arange(count) % 4
        images = rng.normal(100, 60, (count, 8, 8))
        for image, label in zip(images, labels, strict=True):
            image[4 * (label // 2) :, 4 * (label % 2) :][:4, :4] += 60
        arrays |= {f"x_{part}": images.clip(0, 255).astype(np.uint8), f"y_{part}": labels}
    np.savez(tmp_path / "tiny.npz", class_names=np.array(list("abcd")), **arrays)
    return add_images(f"npz:{tmp_path / 'tiny.npz'}")
