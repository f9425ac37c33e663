"""An order of images in which every beginning is a fair sample: pools and smaller training sets are cut from it."""

import numpy as np


def stratified_order(labels: np.ndarray, seed: int = 0) -> np.ndarray:
    """An order of all positions in which every beginning has nearly the same share of each label.

    Each label's images are shuffled and spread evenly over [0, 1); sorting by that place interleaves the labels.
    """
    rng = np.random.default_rng(seed)
    place = np.empty(len(labels))
    for label in np.unique(labels):
        where = np.flatnonzero(labels == label)
        place[where] = (rng.permutation(len(where)) + rng.random()) / len(where)
    return np.argsort(place, kind="stable")
