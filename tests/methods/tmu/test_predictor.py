import numpy as np
import pytest
import torch
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from core.methods.tmu.predictor import called_easy, fit, held_out
from core.specs.methods.tmu import Tmu

SPECS = [Tmu(predictor=p) for p in ("mlp", "logistic")]
named = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.predictor)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def twin_rows(count: int = 400, share: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """Hard images lie one and a half higher in the first feature; the two others say nothing."""
    rng = np.random.default_rng(0)
    hard = rng.random(count) < share
    features = rng.normal(size=(count, 3))
    features[:, 0] += 1.5 * hard
    return features, hard


@named
def test_it_learns_what_there_is_to_learn(spec: Tmu):
    features, hard = twin_rows(1600)
    p = fit(features[:800], hard[:800], spec, seeded())(features[800:])
    bayes = norm.cdf(1.5 / np.sqrt(2))  # area under the ROC of the first feature itself: 0.856
    assert roc_auc_score(hard[800:], p) == pytest.approx(bayes, abs=0.06)
    assert ((p > 0) & (p < 1)).all()


def test_probabilities_sum_to_the_share():
    features, hard = twin_rows()
    found = fit(features, hard, Tmu(predictor="logistic"), seeded())(features).mean()
    assert found == pytest.approx(hard.mean(), abs=1e-3)  # logistic regression with an intercept


def test_the_paper_has_its_network():
    features, hard = twin_rows(60)
    paper, mlp, logistic = (
        fit(features, hard, spec, seeded())(features)
        for spec in (Tmu(variant="paper"), Tmu(predictor="mlp"), Tmu(predictor="logistic"))
    )
    assert (paper == mlp).all()
    assert (paper != logistic).any()


@named
def test_permuted_labels_teach_nothing(spec: Tmu):
    features, hard = twin_rows()
    rng = np.random.default_rng(1)
    areas = [
        roc_auc_score(hard[200:], fit(features[:200], rng.permutation(hard[:200]), spec, seeded())(features[200:]))
        for _ in range(5)
    ]
    # one area has a standard error of about 0.05 (Hanley and McNeil, 40 against 160), the mean of five 0.025 or more
    assert np.mean(areas) == pytest.approx(0.5, abs=0.12)


def test_held_out_probabilities_are_of_predictors_that_did_not_see_the_image():
    features, hard = twin_rows(100)
    noise = np.random.default_rng(2).normal(size=(100, 3))  # nothing to learn but by heart
    spec = Tmu(predictor="logistic")
    assert roc_auc_score(hard, held_out(noise, hard, spec, seeded())) < 0.65
    assert roc_auc_score(hard, held_out(features, hard, spec, seeded())) > 0.7


@pytest.mark.parametrize("hard", [np.zeros(8, bool), np.ones(8, bool)])
def test_where_all_are_of_one_kind_the_share_is_the_answer(hard: np.ndarray):
    p = fit(np.zeros((8, 3)), hard, Tmu(), seeded())(np.ones((2, 3)))
    assert p.tolist() == [(hard.sum() + 1) / 10] * 2


def test_every_draw_is_the_generators():
    features, hard = twin_rows(60)
    shared = torch.get_rng_state()
    one, same, other = (fit(features, hard, Tmu(predictor="mlp"), seeded(s))(features) for s in (0, 0, 1))
    assert torch.equal(shared, torch.get_rng_state())
    assert (one == same).all()
    assert (one != other).any()


@pytest.mark.parametrize(
    ("cut", "easy"),
    [
        ("count", [False, True, False, True, False]),  # 1 - p sums to 2.4, so two images are easy
        ("half", [True, True, False, True, False]),
    ],
)
def test_cuts(cut: str, easy: list[bool]):
    assert called_easy(np.array([0.5, 0.2, 0.9, 0.1, 0.9]), cut).tolist() == easy


def test_half_an_image_is_rounded_up_and_all_hard_stays_all_hard():
    assert called_easy(np.array([0.5, 1.0]), "count").tolist() == [True, False]
    assert not called_easy(np.ones(5), "count").any()
    assert not called_easy(np.ones(5), "half").any()
