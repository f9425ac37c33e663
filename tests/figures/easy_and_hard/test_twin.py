import numpy as np
import pandas as pd
import pytest

from core.figures import shift, twin_features, twin_losses


def test_shares_of_easy_images(verdicts: pd.DataFrame, right: np.ndarray, twin: pd.DataFrame):
    shown = shift(verdicts, right, twin)
    # Three of four twin images; 1 - mean of 0.7, 0.6, 0.1, 0.2 and 0.9; golds get 2, 2, 2 and 3 of five right.
    assert shown.table["easy"].tolist() == pytest.approx([0.75, 0.5, 0.4, 0.4, 0.4, 0.6])
    by_twin, predicted, golds = shown.figure.data
    assert list(by_twin.x) == [0.75]
    assert list(predicted.x) == pytest.approx([0.5])
    assert list(golds.x) == pytest.approx([0.4, 0.4, 0.4, 0.6])
    assert shown.alt == "Easy: twin 75.0%; predicted 50.0%; gold 45.0%."


def test_shares_of_easy_images_without_gold(verdicts: pd.DataFrame, twin: pd.DataFrame):
    shown = shift(verdicts, np.empty((0, 5), bool), twin)
    assert len(shown.table) == 2
    assert shown.alt == "Easy: twin 75.0%; predicted 50.0%."


def test_features_of_both_problems_side_by_side(verdicts: pd.DataFrame, twin: pd.DataFrame):
    shown = twin_features(verdicts, twin)
    table = shown.table.set_index(["kind", "feature"])
    assert table.loc[("Twin, easy", "nf"), ["images", "median"]].tolist() == [3, 0.0]
    assert table.loc[("Twin, hard", "cf"), ["images", "median"]].tolist() == [1, 2.0]
    assert table.loc[("Forget set", "af"), ["images", "median"]].tolist() == [5, 0.6]
    assert [box.name for box in shown.figure.data] == [kind for kind in table.index.unique("kind") for _ in range(3)]
    assert list(shown.figure.data[-1].x) == verdicts["cf_z"].tolist()


def test_a_twin_without_hard_images_has_no_row_for_them(verdicts: pd.DataFrame, twin: pd.DataFrame):
    table = twin_features(verdicts, twin[twin["easy"]]).table
    assert table["kind"].unique().tolist() == ["Twin, easy", "Forget set"]


def test_losses_of_both_problems(twin: pd.DataFrame):
    original = pd.DataFrame({"loss": [0.2, 0.05]})
    shown = twin_losses(twin, original)
    own, forget = shown.figure.data
    assert list(own.x) == [0.01, 0.1, 0.3, 1.0]
    assert list(own.y) == [0.25, 0.5, 0.75, 1.0]
    assert list(forget.x) == [0.05, 0.2]
    assert list(forget.y) == [0.5, 1.0]
    # A probability of 0.9 is a loss of 0.105: two of four, and one of two.
    assert shown.table["fitted"].tolist() == [0.5, 0.5]
    assert shown.table["mean"].tolist() == pytest.approx([0.3525, 0.125])
