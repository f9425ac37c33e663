import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from core.metrics.membership.lira import Shadows, logit_confidence, rmia, u_lira

PAIRS, IMAGES = 32, 40


def draw(seed: int, leak: float) -> Shadows:
    """phi of images that differ, with the unlearned models higher by ``leak`` spreads where they saw the image."""
    rng = np.random.default_rng(seed)
    trained = rng.permuted(np.tile(np.arange(PAIRS) % 2 == 0, (IMAGES, 1)), axis=1).T
    level = rng.normal(scale=5, size=IMAGES)
    unlearned, never = (level + rng.normal(size=(PAIRS, IMAGES)) for _ in range(2))
    return Shadows(unlearned + leak * trained, trained, never)


def auc(shadows: Shadows) -> float:
    unlearned, never = u_lira(shadows)
    members = unlearned[shadows.trained]
    assert np.isnan(unlearned[~shadows.trained]).all()
    return roc_auc_score(np.repeat([1, 0], [len(members), never.size]), np.concatenate([members, never.ravel()]))


def test_phi_against_its_definition_and_where_that_overflows():
    logits = np.random.default_rng(0).normal(scale=3, size=(20, 4)).astype(np.float32)
    labels = np.arange(20) % 4
    p = softmax(logits.astype(float), axis=1)[np.arange(20), labels]
    np.testing.assert_allclose(logit_confidence(logits, labels), np.log(p / (1 - p)))
    assert logit_confidence(np.array([[900.0, 0.0]]), np.array([0]))[0] == 900
    assert logit_confidence(np.array([[900.0, 0.0]]), np.array([1]))[0] == -900


@pytest.mark.parametrize("seed", range(3))
def test_perfect_unlearning_has_an_auc_of_one_half(seed: int):
    # Standard error of an AUC of 640 against 1,280 scores: 0.014. Fitted to themselves they would be higher.
    assert auc(draw(seed, 0.0)) == pytest.approx(0.5, abs=0.05)


def test_a_planted_leak_is_found():
    # Two spreads apart, known without error: AUC = Phi(2 / sqrt 2) = 0.921.
    assert auc(draw(0, 2.0)) == pytest.approx(norm.cdf(2 / np.sqrt(2)), abs=0.03)
    assert auc(draw(0, 10.0)) > 0.999
    assert auc(draw(0, -10.0)) > 0.999  # over-forgetting gives away as much


def test_the_ratio_by_hand():
    trained = np.array([[True, True], [True, True], [False, False]])
    unlearned = np.array([[1.0, 5.0], [3.0, 5.0], [99.0, -99.0]])  # means 2 and 5; 2 squares in 2 degrees of freedom
    never = np.array([[0.0, 4.0], [0.0, 4.0], [3.0, 7.0]])  # means 1 and 5; 6 + 6 in 4 degrees of freedom
    found = Shadows(unlearned, trained, never).log_ratio(np.array([2.0, 6.0]))
    expected = norm.logpdf([2, 6], [2, 5], 1) - norm.logpdf([2, 6], [1, 5], np.sqrt(3))
    np.testing.assert_allclose(found, expected)


def test_a_pair_is_scored_without_itself():
    shadows = draw(1, 0.0)
    moved = Shadows(shadows.unlearned.copy(), shadows.trained, shadows.never.copy())
    moved.never[0] += 100
    before, after = u_lira(shadows)[1][0], u_lira(moved)[1][0]
    rest = shadows.without(0)
    np.testing.assert_allclose(before, rest.log_ratio(shadows.never[0]))
    np.testing.assert_allclose(after, rest.log_ratio(moved.never[0]))


def test_equal_shadow_models_give_finite_scores():
    same = Shadows(np.ones((32, 2)), np.ones((32, 2), bool), np.ones((32, 2)))
    assert np.isfinite(u_lira(same)).all()


def test_rmia_by_hand():
    # p(x) = (1.3 * out + 0.7) / 2: 0.35 at 0, 1 at 1, 0.675 at 0.5. Ratios of the population: 0.5, 0.5, 1.
    population, out = np.array([0.5, 0.175, 1.0]), np.array([1.0, 0.0, 1.0])
    found = rmia(np.array([0.9, 0.1, 0.27, 0.675]), np.array([0.5, 0.0, 0.5, 0.5]), population, out)
    # Ratios 1.33, 0.29, 0.4 and 1 (the last ties with one, and a tie is not a win).
    np.testing.assert_allclose(found, [1 - 0.5, 0 - 0.5, 0 - 0.5, 2 / 3 - 0.5])


def test_rmia_on_exchangeable_images_and_on_a_planted_leak():
    rng = np.random.default_rng(0)
    model, never = rng.uniform(size=(2, 3000))
    score = rmia(model[:2000], never[:2000], model[2000:], never[2000:])
    assert roc_auc_score(np.arange(2000) < 1000, score) == pytest.approx(0.5, abs=0.05)
    leaked = np.where(np.arange(2000) < 1000, 1.0, 0.1)
    assert roc_auc_score(np.arange(2000) < 1000, rmia(leaked, np.full(2000, 0.2), model[2000:], never[2000:])) == 1
