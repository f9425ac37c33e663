import pandas as pd
import pytest

from core.figures import cost_quality, cost_quality_table
from core.figures.gold_comparison import cost
from core.figures.gold_comparison.method_rows import DATA_TRACKS

NAN = float("nan")


@pytest.fixture
def overview() -> pd.DataFrame:
    """Doing nothing, and four ways: b is beaten by a in both, d has the nearest gap of all: none."""
    return pd.DataFrame(
        {
            "method": ["Do nothing", "a", "b", "c", "d"],
            "track": ["nothing", "forget", "forget", "retain", "retain"],
            "gap": [0.5, 0.2, 0.3, 0.1, 0.0],
            "seconds": [0.0, 1.0, 2.0, 3.0, 20.0],
            "time_ratio": [0.0, 0.1, 0.2, 0.3, 2.0],
            "run": ["", "A", "B", "C", "D"],
        }
    )


def test_the_front_by_hand(overview: pd.DataFrame) -> None:
    table = cost_quality_table(overview).set_index("method")
    assert table["front"].to_dict() == {"a": True, "b": False, "c": True, "d": True}


def test_of_variants_with_the_same_gap_the_faster_one_is_on_the_front(overview: pd.DataFrame) -> None:
    table = cost_quality_table(overview.assign(gap=0.2)).set_index("method")
    assert table.index[table["front"]].tolist() == ["a"]


def test_points_by_track_with_a_ring_around_the_chosen_one(
    overview: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cost, "MAX_NAMED", 3)
    shown = cost_quality(overview, 0.05, "B")
    forget = next(trace for trace in shown.figure.data if trace.name == DATA_TRACKS["forget"])
    retain = next(trace for trace in shown.figure.data if trace.name == DATA_TRACKS["retain"])
    assert list(forget.x) == [0.1, 0.2]
    assert list(forget.customdata) == ["A", "B"]
    assert list(forget.text) == ["", "b"]
    assert list(forget.marker.line.width) == [0, 3]
    assert list(retain.y) == [0.1, 0.025]  # a gap of 0 at half the smallest other number, the floor
    assert list(retain.text) == ["", "d"]  # the nearest
    assert shown.figure.layout.xaxis.type == shown.figure.layout.yaxis.type == "log"
    assert shown.alt == "4 methods by time and average gap; on the Pareto front: a, c, d."


def test_a_few_points_are_all_labelled(overview: pd.DataFrame) -> None:
    points = [trace for trace in cost_quality(overview, 0.05).figure.data if trace.text is not None]
    assert [text for trace in points for text in trace.text] == ["a", "b", "c", "d"]


def test_the_references_are_drawn_where_they_are_known(overview: pd.DataFrame) -> None:
    names = {shape.name for shape in cost_quality(overview, 0.05).figure.layout.shapes}
    assert names == {"gold spread", "do nothing", "one retraining"}
    assert "gold spread" not in {shape.name for shape in cost_quality(overview, NAN).figure.layout.shapes}


def test_without_gold_or_times_it_says_so(overview: pd.DataFrame) -> None:
    for nothing in (overview.head(0), overview.head(1), overview.assign(time_ratio=NAN)):
        assert cost_quality(nothing, 0.05).alt == "No run has a gold model to compare with."
