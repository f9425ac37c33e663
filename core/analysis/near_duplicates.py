"""Similar images: nearest neighbours of an image, and near-duplicates of forget images in the retain set. No torch.

Distance is the root mean square difference of pixels in [0, 1]: 0 for equal images, 1 between black and white.
"""

import numpy as np
from scipy.spatial import cKDTree

NEAR_DUPLICATE = 0.05  # about 13 of 255 grey levels at every pixel: recompression, slight noise or brightness
CHUNK = 1024  # images per batch
CELLS = 4  # blocks per side of the coarse images
NUMBERS = 12  # dimensions of a sketch
CANDIDATES = 8  # forget images to compare with each retained image, nearest sketches first
MAX_COMPARED = 200_000  # pairs in total, which takes a second
ROUNDING = 1e-4  # of distances in float32


def nearest_images(images: np.ndarray, image: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions int (M,) and distances float (M,) of the ``count`` images nearest to one, nearest first.

    Args:
        images: uint8 (N, C, H, W).
        image: uint8 (C, H, W).
    """
    wanted = image.astype(np.float32)
    parts = [
        np.square(images[start : start + CHUNK].astype(np.float32) - wanted).mean(axis=(1, 2, 3))
        for start in range(0, len(images), CHUNK)
    ]
    distance = np.sqrt(np.concatenate(parts)) / 255
    order = np.argsort(distance, kind="stable")[:count]
    return order, distance[order]


def sketches(images: np.ndarray) -> np.ndarray:
    """Low-dimensional sketches of the images, float64 (N, D), with distances never above the images' own.

    A sketch has the first principal components of an image's means over 4x4 equal blocks. By Jensen's inequality the
    distance of block means is at most that of the images (extra pixels at the lower and right edge are ignored).

    Args:
        images: uint8 (N, C, H, W), at least 4 pixels per side.
    """
    count, channels, height, width = images.shape
    means = _block_averages(height, width)
    flat = images.reshape(count, channels, height * width)
    coarse = np.concatenate(
        [(flat[start : start + CHUNK].astype(np.float32) @ means).reshape(-1, channels * means.shape[1])
         for start in range(0, count, CHUNK)]
    )  # fmt: skip
    counted = np.count_nonzero(means) / (height * width)
    coarse -= coarse.mean(axis=0)
    _, directions = np.linalg.eigh(coarse.T @ coarse)  # ascending: the largest variance is last
    return (coarse @ directions[:, -NUMBERS:]).astype(np.float64) * np.sqrt(counted / coarse.shape[1]) / 255


def _block_averages(height: int, width: int) -> np.ndarray:
    """Matrix float32 (H * W, 16) whose product with flat images gives the means of their blocks."""
    rows, columns = height // CELLS, width // CELLS
    means = np.zeros((height, width, CELLS, CELLS), np.float32)
    for row in range(CELLS):
        for column in range(CELLS):
            block = slice(row * rows, (row + 1) * rows), slice(column * columns, (column + 1) * columns)
            means[*block, row, column] = 1 / (rows * columns)
    return means.reshape(height * width, CELLS * CELLS)


def near_duplicates(images: np.ndarray, sketch: np.ndarray, forget: np.ndarray, retain: np.ndarray) -> np.ndarray:
    """Positions of the retained images that are near-duplicates of a forget image, in ascending order.

    Each is compared with the forget images that have the nearest sketches. A near-duplicate may be missed if very many
    sketches are that near; there are no false positives.

    Args:
        images: uint8 (N, C, H, W).
        sketch: their ``sketches``.
        forget, retain: bool (N,).
    """
    removed, kept = np.flatnonzero(forget), np.flatnonzero(retain)
    if not len(removed) or not len(kept):
        return kept[:0]
    nearest = np.arange(1, min(CANDIDATES, len(removed)) + 1)
    apart, which = cKDTree(sketch[removed]).query(sketch[kept], nearest, distance_upper_bound=NEAR_DUPLICATE + ROUNDING)
    rows, columns = np.nonzero(np.isfinite(apart))
    order = np.argsort(apart[rows, columns], kind="stable")[:MAX_COMPARED]
    first, second = kept[rows[order]], removed[which[rows, columns][order]]
    duplicate = [
        _distances(images[first[start : start + CHUNK]], images[second[start : start + CHUNK]]) <= NEAR_DUPLICATE
        for start in range(0, len(order), CHUNK)
    ]
    return np.unique(first[np.concatenate([np.empty(0, bool), *duplicate])])


def _distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    difference = first.astype(np.float32) - second.astype(np.float32)
    return np.sqrt(np.square(difference).mean(axis=(1, 2, 3))) / 255
