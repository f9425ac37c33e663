"""Stratified order of images, from which pools and smaller training sets are cut."""

import numpy as np


def stratified_order(labels: np.ndarray, seed: int = 0) -> np.ndarray:
    """An order of all positions in which every prefix has nearly the same fraction of each label.

    The images of each label are shuffled and spread evenly over [0, 1); sorting by that value interleaves the labels.
    """
    rng = np.random.default_rng(seed)
    key = np.empty(len(labels))
    for label in np.unique(labels):
        where = np.flatnonzero(labels == label)
        key[where] = (rng.permutation(len(where)) + rng.random()) / len(where)
    return np.argsort(key, kind="stable")
