from statistics import mean

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score, precision_score, recall_score, roc_auc_score

from core.metrics.easy_hard import (
    OUTCOMES,
    PREDICTED,
    auc,
    baselines,
    compare_baselines,
    gold_auc,
    gold_right,
    gold_wrong_probability,
    reliability,
    score_prediction,
    threshold_table,
    verdicts,
)


@pytest.fixture
def p_hard() -> np.ndarray:
    return np.random.default_rng(1).random(40).round(1)  # rounded: with ties


@pytest.fixture
def right(p_hard: np.ndarray) -> np.ndarray:
    return np.random.default_rng(2).random((5, 40)) > 0.7 * p_hard


@pytest.fixture
def p_wrong(right: np.ndarray) -> np.ndarray:
    return np.where(right, 0.4, 0.6) + np.random.default_rng(3).uniform(-0.3, 0.3, right.shape)


@pytest.fixture
def samples() -> pd.DataFrame:
    """Four forget images, 7 5 9 8 in the file; golds are right on (5, 7, 8, 9): 1 1 0 0, 1 0 0 0, and 1 1 1 0."""
    frames = []
    predictions = {"original": [1, 1, 1, 1], "gold-1": [1, 1, 0, 0], "gold-2": [0, 1, 0, 0], "gold-3": [1, 1, 0, 1]}
    for role, predicted in predictions.items():
        frames.append(
            pd.DataFrame({"role": role, "split": "forget", "index": [7, 5, 9, 8], "label": 1, "prediction": predicted})
        )
    for frame in frames[1:]:
        frame["probability"] = [0.6, 0.9, 0.3, 0.1]
    frames[0]["loss"] = [0.7, 0.5, 0.9, 0.8]
    own = frames[0].assign(role="unlearned", easy=pd.Series([True, True, True, False], dtype=object))
    for n, name in enumerate(("nf", "af", "cf", "nf_z", "af_z", "cf_z", "p_hard", "proxy_loss")):
        own[name] = [10 * n + index / 10 for index in (7, 5, 9, 8)]
    other = pd.DataFrame({"role": ["unlearned"], "split": "test", "index": 50, "label": 0, "prediction": 0})
    return pd.concat([*frames, own, other], ignore_index=True)


def test_golds_by_image_in_the_order_of_ids(samples: pd.DataFrame):
    assert gold_right(samples).astype(int).tolist() == [[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0]]
    assert gold_wrong_probability(samples) == pytest.approx(np.array([[0.1, 0.4, 0.9, 0.7]] * 3))


def test_verdicts_by_hand(samples: pd.DataFrame):
    found = verdicts(samples)
    assert found["index"].tolist() == [5, 7, 8, 9]
    assert found["nf"].tolist() == [0.5, 0.7, 0.8, 0.9]
    assert found["easy"].tolist() == [True, True, False, True]
    assert found["right"].tolist() == pytest.approx([1, 2 / 3, 1 / 3, 0])
    assert found["outcome"].tolist() == [OUTCOMES[0], OUTCOMES[0], OUTCOMES[3], OUTCOMES[1]]


def test_half_of_the_golds_is_easy(samples: pd.DataFrame):
    found = verdicts(samples[samples["role"] != "gold-1"])
    assert found["right"].tolist() == [1, 0.5, 0.5, 0]
    assert found["outcome"].tolist() == [OUTCOMES[0], OUTCOMES[0], OUTCOMES[2], OUTCOMES[1]]


def test_verdicts_without_gold(samples: pd.DataFrame):
    found = verdicts(samples[~samples["role"].str.startswith("gold")])
    assert found["right"].isna().all()
    assert found["outcome"].tolist() == [PREDICTED[0], PREDICTED[0], PREDICTED[1], PREDICTED[0]]


def test_rungs_are_scores_by_id(samples: pd.DataFrame):
    found = baselines(samples, known=[0.5, 0.75])
    assert found["TMU"].tolist() == pytest.approx([60.5, 60.7, 60.8, 60.9])
    assert found["original's loss"].tolist() == [0.5, 0.7, 0.8, 0.9]
    assert found["class accuracy"].tolist() == [0.25] * 4
    assert found["CF"].tolist() == pytest.approx([20.5, 20.7, 20.8, 20.9])
    assert set(map(len, found.values())) == {4}
    assert next(iter(found)) == "TMU"  # the ladder's lead is over the first


def test_a_class_without_held_out_images_counts_as_the_mean_of_the_others(samples: pd.DataFrame):
    assert baselines(samples, known=[0.5, None, 0.9])["class accuracy"].tolist() == pytest.approx([0.3] * 4)


def test_auc_is_the_mean_of_scikit_learns(p_hard: np.ndarray, right: np.ndarray):
    assert auc(p_hard, right) == pytest.approx(mean(roc_auc_score(~one, p_hard) for one in right))
    assert auc(-p_hard, right) == pytest.approx(1 - mean(roc_auc_score(~one, p_hard) for one in right))
    assert auc(np.zeros(40), right) == 0.5


def test_a_gold_that_gets_all_right_is_skipped(p_hard: np.ndarray, right: np.ndarray):
    with_all = np.vstack([right, np.ones((1, 40), bool)])
    assert auc(p_hard, with_all) == pytest.approx(auc(p_hard, right))
    assert auc(p_hard, np.ones((2, 40), bool)) is None


def test_each_gold_is_predicted_by_the_mean_probability_of_the_others(right: np.ndarray, p_wrong: np.ndarray):
    expected = mean(roc_auc_score(~right[k], np.delete(p_wrong, k, axis=0).mean(0)) for k in range(5))
    assert gold_auc(right, p_wrong) == pytest.approx(expected)
    assert gold_auc(right[:1], p_wrong[:1]) is None


def test_scores_against_scikit_learn(p_hard: np.ndarray, right: np.ndarray, p_wrong: np.ndarray):
    easy = p_hard < 0.45
    found = score_prediction(p_hard, easy, right, p_wrong)
    assert found["balanced_accuracy"] == pytest.approx(mean(balanced_accuracy_score(one, easy) for one in right))
    assert found["accuracy"] == pytest.approx((easy == right).mean())
    assert found["always_easy"] == pytest.approx(right.mean())
    assert found["brier"] == pytest.approx(np.square(p_hard - (~right).mean(0)).mean())
    assert found["predicted_easy"] == easy.sum()
    assert found["gold_easy"] == pytest.approx(right.sum() / 5)


def test_without_gold_the_scores_are_none(p_hard: np.ndarray):
    found = score_prediction(p_hard, p_hard < 0.5, np.empty((0, 40), bool), np.empty((0, 40)))
    assert found.pop("predicted_easy") == (p_hard < 0.5).sum()
    assert set(found.values()) == {None}


def test_thresholds_against_scikit_learn():
    rng = np.random.default_rng(3)
    p_hard, right = rng.permutation(30) / 30, rng.random((4, 30)) > 0.4  # no ties
    table = threshold_table(p_hard, right)
    assert table["hard"].tolist() == list(range(31))
    for k in (1, 7, 30):
        called = p_hard >= table["threshold"][k]
        assert called.sum() == k
        assert table["precision"][k] == pytest.approx(mean(precision_score(~one, called) for one in right))
        assert table["recall"][k] == pytest.approx(mean(recall_score(~one, called) for one in right))
        assert table["false_positive"][k] == pytest.approx(mean(1 - recall_score(one, ~called) for one in right))
    assert table.loc[0, ["recall", "false_positive"]].tolist() == [0, 0]
    assert np.isnan(table["precision"][0])  # no image is predicted hard


def test_a_gold_without_hard_images_has_no_recall():
    table = threshold_table(np.array([0.9, 0.1]), np.array([[True, True], [False, True]]))
    assert table["recall"].tolist() == [0, 1, 1]  # the second gold's alone
    assert threshold_table(np.array([0.9, 0.1]), np.ones((1, 2), bool))["recall"].isna().all()


def test_reliability_by_hand():
    right = np.array([[True, True, False, False], [True, False, False, True]])
    table = reliability(np.array([0.1, 0.3, 0.9, 0.5]), right, bins=2)
    assert table["predicted"].tolist() == pytest.approx([0.2, 0.7])
    assert table["observed"].tolist() == [0.25, 0.75]  # wrong: 0, 1/2 of two golds; 1/2, 1
    assert table["images"].tolist() == [2, 2]
    assert len(reliability(np.array([0.5]), right[:, :1])) == 1  # fewer images than groups


def test_every_auc_of_the_baseline_comparison_is_in_its_interval(p_hard: np.ndarray, right: np.ndarray):
    scores = {"TMU": p_hard, "worse": -p_hard, "same": 2 * p_hard, "none": np.zeros(40)}
    table = compare_baselines(scores, right).set_index("baseline")
    assert table["auc"].tolist() == pytest.approx([auc(p_hard, right), 1 - auc(p_hard, right), auc(p_hard, right), 0.5])
    assert ((table["low"] <= table["auc"]) & (table["auc"] <= table["high"])).all()
    assert table.loc["none", ["low", "high"]].tolist() == [0.5, 0.5]
    assert table.loc["same", ["lead_low", "lead_high"]].tolist() == [0, 0]  # paired: the same score is never ahead
    assert table.loc["worse", "lead_low"] > 0
    assert table.loc["none", "lead_low"] == pytest.approx(table.loc["TMU", "low"] - 0.5)


def test_intervals_of_the_baseline_comparison_match_a_bootstrap_with_scikit_learn():
    rng = np.random.default_rng(4)
    score, right = rng.random(60), rng.random((1, 60)) > 0.5
    drawn = []
    for _ in range(1000):
        rows = rng.integers(0, 60, 60)
        drawn.append(roc_auc_score(~right[0, rows], score[rows]))
    row = compare_baselines({"TMU": score}, right).iloc[0]
    # A quantile of 1000 draws has a standard error of about 0.005 here, and there are two.
    assert (row["low"], row["high"]) == pytest.approx(np.percentile(drawn, [2.5, 97.5]), abs=0.025)
