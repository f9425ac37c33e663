import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from core.figures import against_others, features
from core.figures.theme import DIFFICULTY


def drawn(figure: go.Figure) -> list[go.Scatter]:
    """The traces with points; the others are the legend's."""
    return [trace for trace in figure.data if trace.customdata is not None]


def test_points_by_the_golds_votes(verdicts: pd.DataFrame, classes: tuple[str, ...]):
    shown = features(verdicts, classes, ("af", "cf"))
    right, disagree, wrong = drawn(shown.figure)
    assert list(right.customdata) == [12]
    assert list(disagree.customdata) == [10, 11, 13]
    assert list(wrong.customdata) == [14]
    assert list(disagree.x) == [1.1, 0.6, -0.6]
    assert list(disagree.y) == [1.2, 0.7, -0.7]
    assert list(disagree.marker.color) == [0.7, 0.6, 0.2]
    assert len({trace.marker.symbol for trace in (right, disagree, wrong)}) == 3
    assert shown.figure.layout.coloraxis.colorscale[-1][1] == DIFFICULTY["hard"].color
    assert shown.figure.layout.dragmode is None  # set, it would end selecting by click
    assert shown.table["label"].tolist() == ["cat"] * 5


def test_legend_entries_are_grey_and_are_no_images(verdicts: pd.DataFrame, classes: tuple[str, ...]):
    figure = features(verdicts, classes).figure
    legend = [trace for trace in figure.data if trace.customdata is None]
    assert [trace.name for trace in legend] == ["All golds right", "Golds disagree", "All golds wrong"]
    assert [trace.marker.symbol for trace in legend] == [trace.marker.symbol for trace in drawn(figure)]
    assert {trace.x for trace in legend} == {(None,)}


def test_three_features_in_space(verdicts: pd.DataFrame, classes: tuple[str, ...]):
    shown = features(verdicts, classes, ("nf", "af", "cf"))
    (point, *_) = drawn(shown.figure)
    assert isinstance(point, go.Scatter3d)
    assert (point.x[0], point.y[0], point.z[0]) == (-1.0, -1.1, -1.2)
    assert "rotate" in shown.how_to_read


def test_without_gold_all_points_have_one_symbol(verdicts: pd.DataFrame, classes: tuple[str, ...]):
    shown = features(verdicts.assign(right=np.nan), classes)
    (points,) = drawn(shown.figure)
    assert len(points.x) == 5
    assert "gold" not in points.hovertext[0]


def test_one_image_against_its_class(verdicts: pd.DataFrame):
    shown = against_others(verdicts, 12)
    assert shown.table.to_dict("list") == {
        "feature": ["nf", "af", "cf"],
        "value": [0.2, 1.2, 2.2],
        "deviations": [-1.0, -1.1, -1.2],
    }
    (bars,) = shown.figure.data
    assert set(bars.marker.color) == {DIFFICULTY["easy"].color}  # below its class
    assert shown.alt == "Standard deviations from the retained images: NF -1.0, AF -1.1, CF -1.2."


@pytest.mark.parametrize("index", [10, 14])
def test_the_axis_covers_a_long_bar(index: int, verdicts: pd.DataFrame):
    low, high = against_others(verdicts, index).figure.layout.xaxis.range
    assert low == -high
    assert high > max(3.0 - 1e-9, verdicts.loc[verdicts["index"] == index, "cf_z"].item())
