from typing import Any

import pandas as pd
import pytest

from core.figures import feature_bars, feature_bars_table, lead_text, relearning_curves, relearning_text
from core.metrics.relearning import relearning

CURVES = {
    "original": [1.0] * 101,
    "gold-1": [0.5, 0.7, 0.9, *[1.0] * 98],
    "unlearned": [0.1, *[1.0] * 100],
    "gold-2": [0.5] * 101,
}


@pytest.fixture
def curves() -> pd.DataFrame:
    return pd.concat([pd.DataFrame({"role": r, "step": range(101), "accuracy": c}) for r, c in CURVES.items()])


@pytest.fixture
def representation() -> dict[str, dict[str, Any]]:
    probe = {"auc": 0.9, "balanced_accuracy": 0.8}
    return {
        "original": {"cka_gold": 0.8, "cka_original": 1.0, "probe": probe},
        "gold-1": {"cka_gold": None, "cka_original": 0.8, "probe": probe},
        "unlearned": {"cka_gold": 0.7, "cka_original": 0.95, "probe": None},
    }


def test_steps_in_words() -> None:
    """The original's own accuracy is 1, so the target is 95 %; gold 2 never gets there."""
    assert relearning_text(relearning(CURVES)) == (
        "Original after **0**, Unlearned after **1**, Gold 1 after **3**, Gold 2 after **more than 100**"
    )


def test_the_lead_in_words() -> None:
    """Mean heights: unlearned 100.1 / 101, gold 1 100.1 / 101, gold 2 0.5, so golds differ by 49.11 pp."""
    told = lead_text(relearning(CURVES))
    assert "is on average +24.55 pp from the mean gold's" in told
    assert "up to 49.11 pp" in told
    alone = {role: curve for role, curve in CURVES.items() if not role.startswith("gold-")}
    assert lead_text(relearning(alone)) == ""


def test_curves_of_every_model_with_the_target(curves: pd.DataFrame) -> None:
    shown = relearning_curves(curves, relearning(CURVES))
    assert {line.name: list(line.y) for line in shown.figure.data} == {
        "Original": CURVES["original"],
        "Unlearned": CURVES["unlearned"],
        "Gold 1": CURVES["gold-1"],
        "Gold 2": CURVES["gold-2"],
    }
    assert shown.figure.layout.shapes[0].y0 == pytest.approx(0.95)
    assert shown.figure.layout.xaxis.range[1] == pytest.approx(102)  # one does not reach it: all steps are shown
    assert "*" not in shown.alt


def test_the_axis_ends_after_the_relevant_steps(curves: pd.DataFrame) -> None:
    quick = {role: curve for role, curve in CURVES.items() if role != "gold-2"}
    shown = relearning_curves(curves[curves["role"] != "gold-2"], relearning(quick))
    assert shown.figure.layout.xaxis.range[1] == pytest.approx(10.2)
    assert "the first 10 of 100 steps" in shown.how_to_read


def test_bars_of_every_model(representation: dict[str, dict[str, Any]]) -> None:
    shown = feature_bars(representation)
    table = feature_bars_table(representation).set_index("role")
    pd.testing.assert_frame_equal(shown.table.set_index("role"), table)
    assert table.index.tolist() == ["original", "unlearned", "gold-1"]
    assert table.loc["original"].tolist() == [0.8, 1.0, 0.9, 0.8]
    assert table.loc["unlearned", ["probe", "probe_balanced_accuracy"]].isna().all()
    assert [list(bars.y) for bars in shown.figure.data] == [["Original", "Unlearned", "Gold 1"]] * 3
    assert list(shown.figure.data[1].x) == [1.0, 0.95, 0.8]
    assert "nan" not in shown.alt


def test_metrics_that_no_model_has_are_left_out(representation: dict[str, dict[str, Any]]) -> None:
    alone = {
        role: {"cka_gold": None, "cka_original": found["cka_original"], "probe": None}
        for role, found in representation.items()
    }
    assert len(feature_bars(alone).figure.data) == 1
