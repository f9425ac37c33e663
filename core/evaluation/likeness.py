"""Images that look alike: the nearest of one image, and near-duplicates of forget images that would stay. No torch.

Distance is the root mean square difference of pixels in [0, 1]: 0 for the same image, 1 between black and white.
"""

import numpy as np
import pandas as pd

NEAR_DUPLICATE = 0.05  # about 13 of 255 grey levels at every pixel: recompression, slight noise or brightness
CHUNK = 4096  # images at once
CELLS = 4  # blocks a side of the coarse images


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


def near_duplicates(images: np.ndarray, forget: np.ndarray, threshold: float = NEAR_DUPLICATE) -> pd.DataFrame:
    """Retained images that are at most ``threshold`` away from a forget image.

    Exact and quick: the distance of two images is at least that of their block means (Jensen), so most pairs are ruled
    out by a few numbers each.

    Args:
        images: uint8 (N, C, H, W), at least 4 pixels a side.
        forget: bool (N,), which of them are forgotten.

    Returns:
        One row per such pair: forget, retain (positions), distance; the nearest first.
    """
    gone, kept = np.flatnonzero(forget), np.flatnonzero(~forget)
    coarse = _block_means(images)
    mine = coarse[gone]
    pairs = []
    for start in range(0, len(kept), CHUNK):
        part = kept[start : start + CHUNK]
        theirs = coarse[part]
        squared = (
            np.square(mine).sum(axis=1)[:, None] + np.square(theirs).sum(axis=1)[None] - 2 * mine @ theirs.T
        ) / mine.shape[1]
        close = squared <= threshold**2 + 1e-5  # rounding of float32
        pairs += [(gone[a], part[b]) for a, b in zip(*np.nonzero(close), strict=True)]
    found = [(a, b, _distance(images[a], images[b])) for a, b in pairs]
    table = pd.DataFrame(found, columns=["forget", "retain", "distance"])
    return table[table["distance"] <= threshold].sort_values("distance", kind="stable", ignore_index=True)


def _block_means(images: np.ndarray) -> np.ndarray:
    """Means of equal blocks, float32 (N, D) in [0, 1]; pixels that are left at the lower and right edge don't count."""
    count, channels, height, width = images.shape
    rows, columns = height // CELLS, width // CELLS
    parts = []
    for start in range(0, count, CHUNK):
        part = images[start : start + CHUNK, :, : rows * CELLS, : columns * CELLS]
        blocks = part.reshape(len(part), channels, CELLS, rows, CELLS, columns)
        parts.append(blocks.mean(axis=(3, 5), dtype=np.float32).reshape(len(part), -1) / 255)
    return np.concatenate(parts)


def _distance(first: np.ndarray, second: np.ndarray) -> float:
    difference = first.astype(np.float32) - second.astype(np.float32)
    return float(np.sqrt(np.square(difference).mean()) / 255)
