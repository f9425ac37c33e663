import pandas as pd
import pytest

from core.figures import baseline_comparison, baseline_sentence


def baselines(*others: tuple[str, float, float, float]) -> pd.DataFrame:
    """TMU at 0.8, and others: baseline, auc, lead_low, lead_high."""
    rows = [("TMU", 0.8, 0.7, 0.9, 0.0, 0.0), *((n, a, a - 0.1, a + 0.1, low, high) for n, a, low, high in others)]
    return pd.DataFrame(rows, columns=["baseline", "auc", "low", "high", "lead_low", "lead_high"])


def test_points_with_their_intervals_and_the_golds_own():
    shown = baseline_comparison(baselines(("CF", 0.75, -0.05, 0.15)), golds=0.9)
    (points,) = shown.figure.data
    assert list(points.x) == [0.8, 0.75]
    assert list(points.error_x.array) == pytest.approx([0.1, 0.1])
    assert list(points.error_x.arrayminus) == pytest.approx([0.1, 0.1])
    assert [line.x0 for line in shown.figure.layout.shapes] == [0.5, 0.9]
    assert shown.table["of_golds"].tolist() == pytest.approx([0.8 / 0.9, 0.75 / 0.9])
    low, high = shown.figure.layout.xaxis.range
    assert low < 0.5
    assert high > 0.9


def test_one_gold_cannot_predict_another():
    shown = baseline_comparison(baselines(("CF", 0.75, -0.05, 0.15)), golds=None)
    assert [line.x0 for line in shown.figure.layout.shapes] == [0.5]
    assert shown.table["of_golds"].isna().all()


@pytest.mark.parametrize(
    ("auc", "lead", "said", "doubt"),
    [
        (0.9, (-0.2, -0.01), "A simpler baseline wins here: CF alone**, 0.90 against TMU's 0.80.", False),
        (0.81, (-0.2, 0.1), "A simpler baseline wins here: CF alone**, 0.81 against TMU's 0.80.", True),
        (0.8, (-0.1, 0.1), "TMU is no better here than CF alone**", True),
        (0.7, (-0.1, 0.2), "TMU beats every simpler baseline here**; the best of them is CF alone, 0.70", True),
        (0.7, (0.01, 0.2), "TMU beats every simpler baseline here**; the best of them is CF alone, 0.70", False),
    ],
)
def test_the_sentence_names_the_winner(auc: float, lead: tuple[float, float], said: str, doubt: bool):
    text = baseline_sentence(baselines(("always easy", 0.5, 0.2, 0.4), ("CF", auc, *lead)))
    assert said in text
    assert ("too few images to tell the two apart" in text) == doubt
