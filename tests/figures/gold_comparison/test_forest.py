import pandas as pd
import pytest

from core.analysis.method_comparison import compare_variants
from core.figures import methods_forest, methods_forest_table
from core.figures.gold_comparison.method_rows import NO_GOLD, SIDE_NAMES


@pytest.fixture
def table(make_result) -> pd.DataFrame:
    return compare_variants(
        [make_result("mu-mis", FA=0.1), make_result("fine-tune", FA=0.55), make_result("scrub", FA=0.9)]
    )


def test_points_stand_at_their_difference_with_their_interval(table: pd.DataFrame) -> None:
    shown = methods_forest(table, "FA")
    points = {trace.name: trace for trace in shown.figure.data if trace.customdata is not None}
    assert set(points) == {SIDE_NAMES[side] for side in ("below", "above", "within")}
    below = points[SIDE_NAMES["below"]]
    row = shown.table.set_index("method").loc["MU-Mis"]
    assert list(below.x) == pytest.approx([-0.4])
    assert list(below.customdata) == [row["run"]]
    assert below.error_x.array[0] == pytest.approx(row["high"] - row["difference"])
    assert list(points[SIDE_NAMES["within"]].x) == pytest.approx([0.05])
    above = points[SIDE_NAMES["above"]]
    assert sorted(above.x) == pytest.approx([0.4, 0.5])  # SCRUB and doing nothing


def test_the_band_is_the_gold_spread(table: pd.DataFrame) -> None:
    signed, distance = (methods_forest(table, metric).figure.layout.shapes for metric in ("FA", "gap"))
    assert (signed[0].x0, signed[0].x1) == pytest.approx((-0.2, 0.2))
    assert distance[0].x0 == 0  # a distance has no side


def test_the_text_counts_methods_within_the_spread(table: pd.DataFrame) -> None:
    assert methods_forest(table, "FA").alt == "FA: 1 of 3 methods lie within the gold spread."


def test_every_metric_has_a_figure(table: pd.DataFrame) -> None:
    for metric in table["metric"].unique():
        assert len(methods_forest_table(table, metric)) == 4
        assert len(methods_forest(table, metric).table) == 4


def test_with_one_gold_the_spread_is_unknown(make_result) -> None:
    run = make_result("mu-mis")
    del run["accuracy"]["gold-2"]
    shown = methods_forest(compare_variants([run]), "FA")
    assert {trace.name for trace in shown.figure.data} == {SIDE_NAMES["unknown"]}


def test_without_gold_it_says_so(table: pd.DataFrame) -> None:
    assert methods_forest(table.head(0), "FA").alt == NO_GOLD
