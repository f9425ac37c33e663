"""Images that look alike: the nearest of one image, and near-duplicates of forget images that would stay. No torch.

Distance is the root mean square difference of pixels in [0, 1]: 0 for the same image, 1 between black and white.
"""

import numpy as np
import pandas as pd
from sklearn.metrics.pairwise import euclidean_distances

NEAR_DUPLICATE = 0.05  # about 13 of 255 grey levels at every pixel: recompression, slight noise or brightness
CHUNK = 4096  # images at once
CELLS = 4  # blocks a side of the coarse images
ROUNDING = 1e-5  # of squared distances in float32


def nearest_images(images: np.ndarray, image: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions int (M,) and distances float (M,) of the ``count`` images nearest to one, the nearest first.

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


def block_means(images: np.ndarray) -> np.ndarray:
    """Coarse images: means of 4x4 equal blocks, float32 (N, D) in [0, 1].

    Args:
        images: uint8 (N, C, H, W), at least 4 pixels a side. Pixels left over at the lower and right edge don't count.
    """
    _, channels, height, width = images.shape
    rows, columns = height // CELLS, width // CELLS
    parts = []
    for start in range(0, len(images), CHUNK):
        part = images[start : start + CHUNK, :, : rows * CELLS, : columns * CELLS]
        blocks = part.reshape(len(part), channels, CELLS, rows, CELLS, columns)
        parts.append(blocks.mean(axis=(3, 5), dtype=np.float32).reshape(len(part), -1) / 255)
    return np.concatenate(parts)


def near_duplicates(images: np.ndarray, coarse: np.ndarray, forget: np.ndarray, retain: np.ndarray) -> pd.DataFrame:
    """Retained images that are near-duplicates of a forget image.

    No pair is missed: by Jensen's inequality two images are at least as far apart as their block means, up to the
    pixels left over at the edge, so a few numbers rule most pairs out.

    Args:
        images: uint8 (N, C, H, W).
        coarse: ``block_means`` of them.
        forget, retain: bool (N,).

    Returns:
        One row per such pair: forget, retain (positions), distance; the nearest first.
    """
    removed, kept = np.flatnonzero(forget), np.flatnonzero(retain)
    _, _, height, width = images.shape
    counted = (height // CELLS * CELLS) * (width // CELLS * CELLS) / (height * width)
    limit = NEAR_DUPLICATE**2 / counted + ROUNDING
    found = []
    for start in range(0, len(kept), CHUNK):
        part = kept[start : start + CHUNK]
        squared = euclidean_distances(coarse[removed], coarse[part], squared=True) / coarse.shape[1]
        found += [(removed[a], part[b]) for a, b in zip(*np.nonzero(squared <= limit), strict=True)]
    rows = [(a, b, _distance(images[a], images[b])) for a, b in found]
    table = pd.DataFrame(rows, columns=["forget", "retain", "distance"])
    return table[table["distance"] <= NEAR_DUPLICATE].sort_values("distance", kind="stable", ignore_index=True)


def _distance(first: np.ndarray, second: np.ndarray) -> float:
    difference = first.astype(np.float32) - second.astype(np.float32)
    return float(np.sqrt(np.square(difference).mean()) / 255)
