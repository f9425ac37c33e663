import numpy as np
import pandas as pd
import pytest

from core.figures import before_after, before_after_table
from core.figures.theme import SPLITS


def test_the_table_has_both_models_of_every_image(samples: pd.DataFrame, classes: tuple[str, ...]) -> None:
    table = before_after_table(samples, classes).set_index("index")
    assert len(table) == 10
    # Image 0: a cat, taken for a dog once unlearned; its norm went from 8 to 0.
    assert table.loc[0].to_dict() == {
        "split": "forget",
        "label": "cat",
        "before": 8.0,
        "after": 0.0,
        "change": 0.0,
        "prediction_before": "cat",
        "prediction_after": "dog",
        "right_before": True,
        "right_after": False,
    }


def test_a_change_from_zero_is_unknown(samples: pd.DataFrame, classes: tuple[str, ...]) -> None:
    samples.loc[samples["role"] == "original", "target_norm"] = 0.0
    assert before_after_table(samples, classes)["change"].isna().all()


def test_points_have_ids_and_their_splits_look_and_are_hollow_if_wrong(samples: pd.DataFrame, classes) -> None:
    figure = before_after(samples, classes).figure
    assert [trace.name for trace in figure.data] == ["unchanged", "Test set", "Retain set", "Forget set"]
    forget, retain = figure.data[3], figure.data[2]
    assert list(forget.customdata) == [0, 1, 2, 3]  # scalars: a click gives the id
    down = SPLITS["forget"].symbol
    assert list(forget.marker.symbol) == [f"{down}-open", f"{down}-open", down, down]  # predictions 1 1 0 0 of label 0
    assert set(retain.marker.symbol) == {SPLITS["retain"].symbol}
    assert figure.layout.dragmode is None  # set, it would end selecting by click


def test_zeros_are_drawn_at_the_edge_of_the_log_axes(samples: pd.DataFrame, classes: tuple[str, ...]) -> None:
    figure = before_after(samples, classes).figure
    forget = figure.data[3]
    assert list(forget.x) == [8, 8, 8, 8]
    assert list(forget.y) == [1, 2, 4, 16]  # 0 at half of the smallest, 2
    low, high = np.power(10.0, figure.layout.yaxis.range)
    assert low < 1 < 16 < high
    assert figure.layout.xaxis.range == figure.layout.yaxis.range
    line = figure.data[0]
    assert list(line.x) == list(line.y)
    assert line.customdata is None


def test_gold_can_be_the_second_model(samples: pd.DataFrame, classes: tuple[str, ...]) -> None:
    shown = before_after(samples, classes, "gold-1", "irrelevant_norm")
    assert shown.figure.layout.yaxis.title.text == "Irrelevant norm, Gold 1"
    assert (shown.table["before"] == 3).all()
    assert (shown.table["after"] == 3).all()
    assert "Gold 1 gets wrong" in shown.how_to_read


@pytest.mark.parametrize("role", ["unlearned", "gold-9"])
def test_without_norms_a_sentence_says_so(role: str, samples: pd.DataFrame, classes: tuple[str, ...]) -> None:
    samples.loc[samples["role"] == "unlearned", "target_norm"] = None
    shown = before_after(samples, classes, role)
    assert not shown.figure.data
    assert "not measured" in shown.alt
