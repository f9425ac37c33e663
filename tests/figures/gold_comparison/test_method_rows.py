import pandas as pd
import pytest

from core.analysis.method_comparison import NOTHING, WITHIN
from core.figures import DATA_TRACKS
from core.figures.gold_comparison.method_rows import GOLDS, row_positions, sides


def test_rows_go_by_track_under_its_name() -> None:
    ways = {NOTHING: "nothing", "b": "retain", "a": "forget", "c": "forget"}
    table = pd.DataFrame({"method": [*ways, "a"], "track": [*ways.values(), "forget"]})
    expected = [DATA_TRACKS["nothing"], NOTHING, GOLDS, DATA_TRACKS["forget"], "a", "c", DATA_TRACKS["retain"], "b"]
    assert list(row_positions(table)) == expected
    assert list(row_positions(table).values()) == list(range(len(expected)))


@pytest.mark.parametrize(
    ("difference", "verdict", "floor", "side"),
    [
        (-0.1, "over-forgotten", 0.05, "below"),
        (0.1, "above gold", 0.05, "above"),
        (0.1, WITHIN, 0.2, "within"),
        (0.1, "spread unknown", float("nan"), "unknown"),
    ],
)
def test_the_side_of_gold(difference: float, verdict: str, floor: float, side: str) -> None:
    row = pd.DataFrame({"difference": [difference], "verdict": [verdict], "floor": [floor]})
    assert sides(row).tolist() == [side]
