import numpy as np
import pandas as pd
import pytest

from core.figures import run_accuracies, run_curves, run_curves_table, run_marks, two_runs
from core.figures.runs.compare import POINTS
from core.figures.theme import LINES, ROLES, SPLITS
from core.results import Result


def test_a_setting_has_one_color_and_each_seed_its_dash() -> None:
    marks = run_marks({"A": "x", "B": "y", "C": "x"})
    assert [mark.color for mark in marks.values()] == [LINES[0].color, LINES[1].color, LINES[0].color]
    assert [mark.symbol for mark in marks.values()] == [LINES[0].symbol, LINES[1].symbol, LINES[0].symbol]
    assert marks["A"].dash != marks["C"].dash
    assert marks["A"].dash == marks["B"].dash
    assert len({mark.color for mark in run_marks({str(n): str(n) for n in range(8)}).values()}) == 8


@pytest.fixture
def two(trajectory: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The second one is shorter and has no norms, as a baseline's."""
    return {"A": trajectory, "B": trajectory.head(3).drop(columns=["target_norm", "irrelevant_norm"])}


def test_curves_lie_over_each_other_and_end_with_a_marker(two: dict[str, pd.DataFrame]) -> None:
    shown = run_curves(two, run_marks({"A": "x", "B": "y"}))
    figure = shown.figure
    assert [axis.title.text for axis in figure.select_yaxes()] == ["FA", "RA", "TA", "Target norm", "Irrelevant"]
    assert [trace.name for trace in figure.data] == ["A", "B"] * 3 + ["A", "A"]
    assert [trace.showlegend for trace in figure.data[:4]] == [True, True, False, False]
    first, second = figure.data[:2]
    assert list(first.y) == [1.0, 0.9, 0.5, 0.1, 0.0]
    assert list(second.y) == [1.0, 0.9, 0.5]
    for trace in figure.data:
        assert [size > 0 for size in trace.marker.size] == [False] * (len(trace.x) - 1) + [True]
    assert list(figure.data[6].y) == pytest.approx([1, 6 / 8, 4 / 8, 2 / 8, 1 / 8])  # of the first norm, 8
    assert shown.alt == "Trajectories of A over 4 steps, B over 2 steps."


def test_the_table_of_curves(two: dict[str, pd.DataFrame]) -> None:
    table = run_curves_table(two)
    assert list(table) == ["run", "step", "FA", "RA", "TA", "target_norm_of_start", "irrelevant_norm_of_start"]
    assert table["run"].tolist() == ["A"] * 5 + ["B"] * 3
    assert table.loc[table["run"] == "B", "target_norm_of_start"].isna().all()


def test_runs_without_steps(trajectory: pd.DataFrame) -> None:
    assert run_curves({"A": trajectory.head(0)}, run_marks({"A": "x"})).alt == "None of these runs has measured steps."


def test_accuracies_are_joined_to_their_own_mean_gold(make_result) -> None:
    results = {"A": make_result("mu-mis", FA=0.1), "B": make_result("fine-tune", FA=0.5)}
    for result, average, spread in zip(results.values(), (0.1, 0.02), (0.05, 0.06), strict=True):
        result |= {"gap": {"average": average}, "gold_spread": {"average": spread}}
    shown = run_accuracies(results, run_marks({"A": "x", "B": "y"}))
    row = shown.table.set_index("run").loc["A"]
    assert row[["FA", "gold_FA", "gap", "floor"]].tolist() == pytest.approx([0.1, 0.5, 0.1, 0.05])
    dots = [trace for trace in shown.figure.data if trace.name in ("A", "B")]
    assert [trace.x[0] for trace in dots[:2]] == [0.1, 0.5]
    lanes = [trace.y[0] for trace in dots]
    assert len(set(lanes)) == len(lanes)  # nothing covers anything
    stars = next(trace for trace in shown.figure.data if trace.name == "Mean gold")
    assert list(stars.x) == pytest.approx([0.5, 0.5])
    assert list(stars.y) == lanes[:2]
    assert stars.marker.color == ROLES["gold"].color
    assert shown.alt == "Accuracies of 2 runs; B is closest to its mean gold."


def test_accuracies_without_gold_and_without_test_accuracies(make_result) -> None:
    result = Result(make_result("mu-mis") | {"gap": None, "gold_spread": None})
    result["accuracy"] = {role: result["accuracy"][role] for role in ("original", "unlearned")}
    result["accuracy"]["unlearned"] |= {"FA_test": None, "RA_test": None}
    shown = run_accuracies({"A": result}, run_marks({"A": "x"}))
    assert list(shown.figure.layout.yaxis.ticktext) == ["FA", "RA", "TA"]
    assert shown.alt == "Accuracies of 1 runs."


@pytest.fixture
def differences() -> pd.DataFrame:
    return pd.DataFrame({
        "index": [1, 2, 3], "split_1": ["forget", "retain", "forgotten"], "split_2": "test", "label": [0, 1, 2],
        "prediction_1": [0, 1, 2], "prediction_2": [1, 1, 2], "probability_1": [0.9, 0.8, 0.7],
        "probability_2": [0.1, 0.7, 0.7], "change": [-0.8, -0.1, 0.0], "flipped": [True, False, False],
    })  # fmt: skip


def test_two_runs_image_by_image(differences: pd.DataFrame, classes: tuple[str, ...]) -> None:
    shown = two_runs(differences, classes, ("A", "B"))
    by_name = {trace.name: trace for trace in shown.figure.data}
    assert set(by_name) == {"Forget set", "Retain set", "Forgotten before"}
    forget = by_name["Forget set"]
    assert (forget.x[0], forget.y[0], forget.customdata[0]) == (0.9, 0.1, 1)
    assert forget.hovertext[0] == "image 1, cat: cat → dog"
    assert forget.marker.color == SPLITS["forget"].color
    assert forget.marker.size[0] > by_name["Retain set"].marker.size[0]  # flipped
    assert shown.alt == "1 of 3 images have different predictions in A and B."
    assert two_runs(differences.head(0), classes, ("A", "B")).alt == "There are no images to compare."


def test_of_many_images_the_most_changed_are_drawn(differences: pd.DataFrame, classes: tuple[str, ...]) -> None:
    many = pd.concat([differences] * (POINTS // 2), ignore_index=True)
    shown = two_runs(many, classes, ("A", "B"))
    assert np.sum([len(trace.x) for trace in shown.figure.data]) == POINTS
    assert len(shown.table) == POINTS
    assert f"Only the {POINTS} most changed images are drawn." in shown.how_to_read
