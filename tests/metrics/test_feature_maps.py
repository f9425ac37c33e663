import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group

from core.metrics.feature_maps import align, feature_map, nearest_retained

RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(40, 6)) * [5, 3, 1, 1, 0.5, 0.1]
RETAINED = np.arange(40) < 25
INDEX = np.arange(100, 140)


def turned(features: np.ndarray) -> np.ndarray:
    """The same features in another basis, somewhere else."""
    return features @ ortho_group.rvs(6, random_state=1) + 7.0


def test_a_planted_rotation_is_undone_also_for_images_it_was_not_fitted_on() -> None:
    moved, fit = align(turned(FEATURES), FEATURES, RETAINED)
    np.testing.assert_allclose(moved, FEATURES, atol=1e-10)
    assert fit == pytest.approx(1)


def test_alignment_keeps_changes_of_the_forget_images() -> None:
    other = FEATURES.copy()
    other[30] += [4.0, -2.0, 0, 0, 0, 0]
    moved, _ = align(turned(other), FEATURES, RETAINED)
    np.testing.assert_allclose(moved, other, atol=1e-10)


def test_distances_within_a_model_are_kept() -> None:
    other = RNG.normal(size=(40, 6))
    moved, _ = align(other, FEATURES, RETAINED)
    np.testing.assert_allclose(np.linalg.norm(moved[3] - moved[30]), np.linalg.norm(other[3] - other[30]))


def test_no_other_rotation_is_closer() -> None:
    other = turned(FEATURES) + RNG.normal(size=(40, 6))
    moved, fit = align(other, FEATURES, RETAINED)
    source = other[RETAINED] - other[RETAINED].mean(axis=0)
    target = FEATURES[RETAINED] - FEATURES[RETAINED].mean(axis=0)
    best, _ = orthogonal_procrustes(source, target)  # scipy is the oracle of the rotation, the rest is by hand
    left = np.square(source @ best - target).sum()
    assert np.square(moved[RETAINED] - FEATURES[RETAINED]).sum() == pytest.approx(left)
    assert fit == pytest.approx(1 - left / np.square(target).sum())
    for seed in range(20):
        assert np.square(source @ ortho_group.rvs(6, random_state=seed) - target).sum() > left


def test_the_plane_is_the_pca_of_the_original() -> None:
    found = feature_map({"original": FEATURES, "unlearned": turned(FEATURES)}, INDEX, RETAINED)
    centred = FEATURES - FEATURES.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred)  # the oracle; in rising order
    places = centred @ axes[:, :-3:-1]
    for role in ("original", "unlearned"):
        rows = found.places[found.places["role"] == role]
        assert rows["index"].tolist() == INDEX.tolist()
        np.testing.assert_allclose(np.abs(rows[["x", "y"]]), np.abs(places), atol=1e-8)
    np.testing.assert_allclose(found.explained, variances[:-3:-1] / variances.sum())
    assert found.fit == pytest.approx({"original": 1, "unlearned": 1})


def test_signs_do_not_depend_on_the_decomposition() -> None:
    """The largest entry of an axis is positive: along it the plane's coordinate grows."""
    axes = np.zeros((2, 40, 6))
    axes[0], axes[1] = FEATURES, FEATURES[::-1]  # the same images in another order
    one, other = (feature_map({"original": f}, i, r).places.set_index("index").sort_index()
                  for f, i, r in ((axes[0], INDEX, RETAINED), (axes[1], INDEX[::-1], RETAINED[::-1])))  # fmt: skip
    np.testing.assert_allclose(one[["x", "y"]], other[["x", "y"]], atol=1e-10)
    assert np.corrcoef(one["x"], FEATURES[:, 0])[0, 1] > 0.9  # the widest axis, by far


def test_equal_features_are_one_point() -> None:
    flat = np.ones((40, 6))
    found = feature_map({"original": FEATURES, "unlearned": flat}, INDEX, RETAINED)
    rows = found.places[found.places["role"] == "unlearned"]
    assert rows[["x", "y"]].drop_duplicates().round(9).shape[0] == 1
    assert found.fit["unlearned"] == pytest.approx(0, abs=1e-12)


def test_the_nearest_retained_images() -> None:
    features = np.array([[0.0], [1], [1.2], [5], [5.5], [9], [5.1]])
    forget = np.array([True, False, True, True, False, False, False])
    retained = np.array([False, True, False, False, True, True, False])
    # 0 and 1.2 are nearest to 1; 5 to 5.1, which is not retained, and then to 5.5; nothing to 9.
    found = nearest_retained(features, forget, retained)
    assert found.tolist() == [False, True, False, False, True, False, False]
