import numpy as np
import pytest
from sklearn.metrics.pairwise import linear_kernel
from sklearn.preprocessing import KernelCenterer

from core.metrics.representation import class_probe, linear_cka, similarities

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 6)) + 3, RNG.normal(size=(40, 9)) - 1


def kernel_cka(x: np.ndarray, y: np.ndarray) -> float:
    """The same by centred Gram matrices: another way to the same number (Kornblith et al., equation 2)."""
    k, l = (KernelCenterer().fit_transform(linear_kernel(each)) for each in (x, y))  # noqa: E741
    return (k * l).sum() / np.sqrt((k * k).sum() * (l * l).sum())


def test_cka_against_centred_kernels():
    assert linear_cka(X, Y) == pytest.approx(kernel_cka(X, Y), rel=1e-12)
    assert linear_cka(X.astype(np.float32), Y) == pytest.approx(kernel_cka(X, Y), rel=1e-5)


def test_cka_is_invariant_to_rotation_scale_and_shift():
    rotation = np.linalg.qr(RNG.normal(size=(6, 6))).Q
    assert linear_cka(X, 5 * X @ rotation + 2) == pytest.approx(1)
    assert linear_cka(X, Y) == pytest.approx(linear_cka(Y, X))
    assert linear_cka(X, Y) < 0.5


def test_cka_of_equal_features():
    assert linear_cka(X, np.ones((40, 3))) is None


def test_a_gold_is_compared_with_the_other_golds():
    found = similarities({"original": X, "gold-1": Y, "gold-2": X + Y[:, :6]})
    assert found["original"]["cka_original"] == pytest.approx(1)
    assert found["original"]["cka_gold"] == pytest.approx((kernel_cka(X, Y) + kernel_cka(X, X + Y[:, :6])) / 2)
    assert found["gold-1"]["cka_gold"] == pytest.approx(kernel_cka(Y, X + Y[:, :6]))
    assert similarities({"original": X})["original"]["cka_gold"] is None


def test_a_probe_finds_a_planted_class_and_nothing_in_noise():
    pool_class, test_class = np.arange(200) < 40, np.arange(200) < 30
    pool, test = RNG.normal(size=(200, 4)), RNG.normal(size=(200, 4))
    noise = class_probe(pool, pool_class, test, test_class)
    assert noise["auc"] == pytest.approx(0.5, abs=0.15)  # standard error of an AUC of 30 against 170: 0.057
    pool[pool_class, 2] += 20
    test[test_class, 2] += 20
    assert class_probe(pool, pool_class, test, test_class) == {"auc": 1.0, "balanced_accuracy": 1.0}


def test_the_probe_is_fitted_on_half_of_the_class():
    # Only one image of the class is unlike the others; its weight shows whether it was in the half.
    pool_class = np.arange(100) < 20
    pool, test = RNG.normal(size=(100, 3)), RNG.normal(size=(50, 3))
    changed = 0
    for image in range(20):
        moved = pool.copy()
        moved[image] += 50
        changed += class_probe(moved, pool_class, test, np.arange(50) < 10) != class_probe(
            pool, pool_class, test, np.arange(50) < 10
        )
    assert changed == 10


@pytest.mark.parametrize(("in_pool", "in_test"), [(3, 10), (20, 3), (100, 10), (20, 50)])
def test_too_few_images_of_the_class_or_none_of_others(in_pool: int, in_test: int):
    pool, test = RNG.normal(size=(100, 3)), RNG.normal(size=(50, 3))
    assert class_probe(pool, np.arange(100) < in_pool, test, np.arange(50) < in_test) is None
