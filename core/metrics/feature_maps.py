"""Feature maps: all models' features in the plane of the original's first two principal components. No torch.

Models that were trained separately have features in different bases. Each model's features are first aligned to the
original's by a rotation or reflection: the orthogonal Procrustes problem (Schoenemann 1966,
https://doi.org/10.1007/BF02289451), solved on retained images, which all models were trained on or should still know.
Distances within a model do not change.
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
    """Positions of images in the plane, and how well plane and alignment fit.

    Attributes:
        places: role, index, x, y: position of every image in every model.
        explained: share of the variance of the original's features along each axis.
        fit: role -> share of the original's variance on retained images explained by the aligned features, at most 1.
    """

    places: pd.DataFrame
    explained: tuple[float, float]
    fit: dict[str, float]


def feature_map(features: Mapping[str, np.ndarray], index: np.ndarray, retained: np.ndarray) -> FeatureMap:
    """Aligns every model's features to the original's and projects all of them onto the original's plane.

    The projection is fitted once, on the original's features: PCA, whose signs are fixed by making the largest entry
    of each axis positive. There is no randomness.

    Args:
        features: role -> features (N, D) of the same images, at least two; ``original`` among them.
        index: ids (N,) of the images.
        retained: bool (N,), which of them are retained; the alignment is fitted on these.
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
    """Features translated and rotated (or reflected) to bring the anchors as close to the reference as possible.

    Args:
        features, reference: float64 (N, D) of the same images.
        anchors: bool (N,), the images that the alignment is fitted on.

    Returns:
        The aligned features (N, D), and the share of the anchors' variance in the reference that they explain.
    """
    from_, to = features[anchors].mean(axis=0), reference[anchors].mean(axis=0)
    rotation, _ = orthogonal_procrustes(features[anchors] - from_, reference[anchors] - to)
    moved = (features - from_) @ rotation + to
    spread = np.square(reference[anchors] - to).sum()
    left = np.square(moved[anchors] - reference[anchors]).sum()
    return moved, float(1 - left / spread) if spread else 1.0


def nearest_retained(features: np.ndarray, forget: np.ndarray, retained: np.ndarray) -> np.ndarray:
    """bool (N,): retained images that are the nearest neighbour of a forget image.

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
