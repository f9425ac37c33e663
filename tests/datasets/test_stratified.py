import numpy as np

from core.datasets import stratified_order


def test_every_beginning_of_a_stratified_order_has_its_share_of_each_label():
    labels = np.random.default_rng(3).choice(4, 500, p=[0.6, 0.3, 0.08, 0.02])
    order = stratified_order(labels)
    assert sorted(order) == list(range(500))
    counts = np.cumsum(np.eye(4)[labels[order]], axis=0)
    expected = np.arange(1, 501)[:, None] * np.bincount(labels) / 500
    assert np.abs(counts - expected).max() < 3  # a random order goes off by about sqrt(500 / 4) = 11
    assert (stratified_order(labels, seed=1) != order).any()
