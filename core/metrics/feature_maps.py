"""Maps: every model's features of the same images in the plane of the original's two main axes. No torch.

Features of models that were trained apart live in bases of their own. Each model's are therefore rotated (or mirrored)
onto the original's first: the orthogonal Procrustes problem (Schoenemann 1966, https://doi.org/10.1007/BF02289451),
solved on retained images, which all models are meant to see alike. Distances within a model stay what they are.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

ORIGINAL = "original"


class FeatureMap(NamedTuple):
    """
    Attributes:
        places: role, index, x, y: where every model has every image.
        explained: share of the variance of the original's features on each of the two axes.
        fit: role -> how much of the original's variance on the retained images the aligned features explain, at most 1.
    """

    places: pd.DataFrame
    explained: tuple[float, float]
    fit: dict[str, float]


def feature_map(features: Mapping[str, np.ndarray], index: np.ndarray, retained: np.ndarray) -> FeatureMap:
    """Aligns every model's features to the original's and projects all of them onto the original's plane.

    The projection is fitted once, on the original's features: PCA, whose signs are fixed by making the largest entry
    of each axis positive. Nothing is drawn at random.

    Args:
        features: role -> features (N, D) of the same images, at least two; ``original`` among them.
        index: ids (N,) of the images.
        retained: bool (N,), which of them are retained: what the alignment goes by.
    """
    reference = features[ORIGINAL].astype(np.float64)
    plane = PCA(n_components=2, svd_solver="full").fit(reference)
    plane.components_ *= _signs(plane.components_)[:, None]
    parts, fit = [], {}
    for role, own in features.items():
        aligned, fit[role] = align(own.astype(np.float64), reference, retained)
        x, y = plane.transform(aligned).T
        parts.append(pd.DataFrame({"role": role, "index": index, "x": x, "y": y}))
    first, second = plane.explained_variance_ratio_
    return FeatureMap(pd.concat(parts, ignore_index=True), (float(first), float(second)), fit)


def align(features: np.ndarray, reference: np.ndarray, anchors: np.ndarray) -> tuple[np.ndarray, float]:
    """Features moved and rotated, or mirrored, so that the anchors come as near to the reference as they can.

    Args:
        features, reference: float64 (N, D) of the same images.
        anchors: bool (N,), the images that it goes by.

    Returns:
        The moved features (N, D), and the share of the anchors' variance in the reference that they explain.
    """
    from_, to = features[anchors].mean(axis=0), reference[anchors].mean(axis=0)
    rotation, _ = orthogonal_procrustes(features[anchors] - from_, reference[anchors] - to)
    moved = (features - from_) @ rotation + to
    spread = np.square(reference[anchors] - to).sum()
    left = np.square(moved[anchors] - reference[anchors]).sum()
    return moved, float(1 - left / spread) if spread else 1.0


def nearest_retained(features: np.ndarray, forget: np.ndarray, retained: np.ndarray) -> np.ndarray:
    """bool (N,): images that are the nearest retained one of some forget image.

    Args:
        features: (N, D).
        forget, retained: bool (N,).
    """
    others = np.flatnonzero(retained)
    nearest = NearestNeighbors(n_neighbors=1).fit(features[others]).kneighbors(features[forget], return_distance=False)
    marked = np.zeros(len(features), dtype=bool)
    marked[others[nearest.ravel()]] = True
    return marked


def _signs(axes: np.ndarray) -> np.ndarray:
    return np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
