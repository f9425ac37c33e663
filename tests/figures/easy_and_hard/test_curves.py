import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_recall_curve, roc_curve

from core.figures import calibration, precision_recall, roc
from core.metrics.easy_hard import reliability, threshold_table


@pytest.fixture
def one() -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Probabilities without ties, one gold, and the threshold table."""
    rng = np.random.default_rng(0)
    p_hard, right = rng.permutation(20) / 20, rng.random((1, 20)) > 0.4
    return p_hard, right, threshold_table(p_hard, right)


def test_roc_is_scikit_learns(one: tuple):
    p_hard, right, table = one
    _, curve, mark = roc(table, predicted_hard=6).figure.data
    false, true, _ = roc_curve(~right[0], p_hard, drop_intermediate=False)
    assert list(curve.x) == pytest.approx(list(false))
    assert list(curve.y) == pytest.approx(list(true))
    assert (mark.x[0], mark.y[0]) == pytest.approx((false[6], true[6]))


def test_precision_recall_is_scikit_learns(one: tuple):
    p_hard, right, table = one
    guess, curve, mark = precision_recall(table, predicted_hard=6).figure.data
    precision, recall, _ = precision_recall_curve(~right[0], p_hard)
    # Theirs goes from all to none, with a point of its own at (0, 1), where no image is predicted hard.
    assert list(curve.x) == pytest.approx(list(recall[-2::-1]))
    assert list(curve.y) == pytest.approx(list(precision[-2::-1]))
    assert set(guess.y) == {(~right).mean()}
    assert mark.x[0] == pytest.approx(table["recall"][6])
    assert mark.y[0] == pytest.approx(table["precision"][6])


def test_without_images_predicted_hard_no_precision_is_marked(one: tuple):
    assert len(precision_recall(one[2], predicted_hard=0).figure.data) == 2
    assert len(roc(one[2], predicted_hard=0).figure.data) == 3


def test_calibration(verdicts: pd.DataFrame, right: np.ndarray):
    shown = calibration(reliability(verdicts["p_hard"].to_numpy(), right, bins=2))
    _, points = shown.figure.data
    assert list(points.customdata) == [3, 2]
    assert list(points.x) == pytest.approx([0.3, 0.8])  # (0.1 + 0.2 + 0.6) / 3 and (0.7 + 0.9) / 2
    assert list(points.y) == pytest.approx([1 / 3, 0.875])  # (0 + 0.75 + 0.25) / 3 and (0.75 + 1) / 2
