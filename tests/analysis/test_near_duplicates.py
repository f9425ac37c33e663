"""Against distances of all pairs by scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from core import load_dataset
from core.analysis.near_duplicates import NEAR_DUPLICATE, block_means, near_duplicates, nearest_images


def all_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    flat = [part.reshape(len(part), -1) / 255 for part in (first, second)]
    return pairwise_distances(*flat) / np.sqrt(flat[0].shape[1])


def test_the_nearest_images() -> None:
    images = load_dataset("digits").train.images[:300]
    place, distance = nearest_images(images, images[7], 5)
    expected = all_distances(images[7:8], images)[0]
    assert place[0] == 7
    assert distance == pytest.approx(np.sort(expected)[:5], abs=1e-6)
    assert expected[place] == pytest.approx(distance, abs=1e-6)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 10, 10)])
def test_no_near_duplicate_is_missed_and_none_is_invented(
    shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.analysis.near_duplicates.CHUNK", 37)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (100, *shape)).astype(np.uint8)
    for source, copy, noise in ((0, 50, 0), (1, 51, 8), (2, 52, 12), (3, 53, 14), (4, 54, 30)):
        changed = images[source] + rng.normal(0, noise, shape)
        images[copy] = np.clip(np.rint(changed), 0, 255).astype(np.uint8)
    forget, removed_before = np.arange(100) < 10, np.arange(100) == 50
    found = near_duplicates(images, block_means(images), forget, ~forget & ~removed_before)
    distances = all_distances(images[:10], images)
    expected = [(a, b) for a, b in np.argwhere(distances <= NEAR_DUPLICATE) if b >= 10 and b != 50]
    assert len(expected) >= 2
    assert sorted(zip(found["forget"], found["retain"], strict=True)) == sorted(expected)
    assert found["distance"].tolist() == sorted(found["distance"])
    assert found["distance"].tolist() == pytest.approx(sorted(distances[a, b] for a, b in expected), abs=1e-6)


def test_a_brighter_copy_at_the_threshold_is_found_through_the_block_means() -> None:
    """Every pixel 12 of 255 lighter: block means and pixels are equally far apart, so the bound is tight."""
    images = np.full((2, 1, 8, 8), 100, np.uint8)
    images[1] += 12
    found = near_duplicates(images, block_means(images), np.array([True, False]), np.array([False, True]))
    assert found["distance"].tolist() == pytest.approx([12 / 255])


def test_block_means() -> None:
    images = np.arange(64, dtype=np.uint8).reshape(1, 1, 8, 8)
    expected = images[0, 0].reshape(4, 2, 4, 2).mean(axis=(1, 3)) / 255
    assert block_means(images)[0] == pytest.approx(expected.ravel())
