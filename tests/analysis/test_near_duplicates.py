"""Against distances of all pairs by scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from core import load_dataset
from core.analysis.near_duplicates import NEAR_DUPLICATE, near_duplicates, nearest_images, sketches


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
    found = near_duplicates(images, sketches(images), forget, ~forget & ~removed_before)
    near = (all_distances(images[:10], images) <= NEAR_DUPLICATE).any(axis=0)
    expected = np.flatnonzero(near & ~forget & ~removed_before)
    assert len(expected) >= 2
    assert found.tolist() == expected.tolist()


def test_a_brighter_copy_at_the_threshold_is_found_through_the_block_means() -> None:
    """Every pixel 12 of 255 lighter: sketches and pixels are equally far apart, so the bound is tight."""
    images = np.full((2, 1, 8, 8), 100, np.uint8)
    images[1] += 12
    first = np.array([True, False])
    assert near_duplicates(images, sketches(images), first, ~first).tolist() == [1]
    assert np.linalg.norm(np.subtract(*sketches(images))) == pytest.approx(12 / 255)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 10, 10), (1, 28, 28)])
def test_sketches_are_never_further_apart_than_their_images(shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60, *shape)).astype(np.uint8)
    images[30:] = rng.integers(0, 256, (30, 1, 1, 1))  # of one grey each, where the bound is tight
    between = pairwise_distances(sketches(images))
    assert (between <= all_distances(images, images) + 1e-6).all()
    assert between.max() > 0.5


def test_where_all_are_alike_all_are_found() -> None:
    """More of them than each is compared with."""
    images = np.zeros((100, 1, 8, 8), np.uint8)
    forget = np.arange(100) < 50
    assert near_duplicates(images, sketches(images), forget, ~forget).tolist() == list(range(50, 100))


def test_without_images_that_stay_there_is_nothing() -> None:
    images = np.zeros((20, 1, 8, 8), np.uint8)
    everything = np.ones(20, bool)
    assert near_duplicates(images, sketches(images), everything, ~everything).tolist() == []
