import numpy as np
import pandas as pd
import pytest

from core.figures import accuracy_curves, accuracy_curves_table, sensitivity_curves, sensitivity_curves_table
from core.figures.forget.trajectory import HIGHEST
from core.figures.theme import ACCURACIES, NORMS, ROLES

LEGEND = {"Forget set (FA)": "FA", "Retain set (RA)": "RA", "Test set (TA)": "TA"}
GOLDS = [{"FA": 0.2, "RA": 1.0, "TA": 0.9}, {"FA": 0.4, "RA": 1.0, "TA": 0.8}]


def test_accuracy_curves_draw_the_table(trajectory: pd.DataFrame) -> None:
    shown = accuracy_curves(trajectory)
    assert [line.name for line in shown.figure.data] == list(LEGEND)
    for line in shown.figure.data:
        np.testing.assert_array_equal(line.x, trajectory["step"])
        np.testing.assert_array_equal(line.y, trajectory[LEGEND[line.name]])
        assert (line.line.color, line.line.dash) == (
            ACCURACIES[LEGEND[line.name]].color,
            ACCURACIES[LEGEND[line.name]].dash,
        )
    pd.testing.assert_frame_equal(shown.table, accuracy_curves_table(trajectory))
    assert shown.alt == "Accuracies over 4 steps; at the end FA 0.0%, RA 98.0%, TA 88.0%."


def test_golds_are_dotted_lines_at_their_mean_and_bands_of_their_spread(trajectory: pd.DataFrame) -> None:
    shapes = accuracy_curves(trajectory, GOLDS).figure.layout.shapes
    lines = [shape for shape in shapes if shape.type == "line"]
    assert {shape.line.color for shape in lines} == {ROLES["gold"].color}
    assert [shape.y0 for shape in lines] == pytest.approx([0.3, 1.0, 0.85])
    bands = [(shape.y0, shape.y1) for shape in shapes if shape.type == "rect"]
    # Two golds 0.2 (0.1) apart: each differs from the other by that much. RA has no spread and no band.
    assert bands == [pytest.approx((0.1, 0.5)), pytest.approx((0.75, 0.95))]
    assert not [shape for shape in accuracy_curves(trajectory, GOLDS[:1]).figure.layout.shapes if shape.type == "rect"]


def test_the_stop_is_marked_once_it_is_known(trajectory: pd.DataFrame) -> None:
    (line,) = accuracy_curves(trajectory, stop=3).figure.layout.shapes
    assert (line.x0, line.x1) == (3, 3)
    assert not accuracy_curves(trajectory).figure.layout.shapes


def test_sensitivities_are_shares_of_their_start(trajectory: pd.DataFrame) -> None:
    target, irrelevant, rings = sensitivity_curves(trajectory).figure.data
    assert list(target.y) == [1, 0.75, 0.5, 0.25, 0.125]  # the fixture's norms over 8
    assert list(irrelevant.y) == pytest.approx([1, 0.875, 0.75, 0.95, 1.1])  # over 4
    assert list(target.customdata) == list(trajectory["target_norm"])
    assert (list(rings.x), list(rings.y)) == ([2, 4], [0.75, 1.1])
    assert (target.line.dash, irrelevant.line.dash) == (NORMS["target_norm"].dash, NORMS["irrelevant_norm"].dash)
    assert target.line.dash != irrelevant.line.dash


def test_delta_is_drawn_and_explained_for_the_papers_stop_only(trajectory: pd.DataFrame) -> None:
    with_delta, without = sensitivity_curves(trajectory, delta=0.9), sensitivity_curves(trajectory)
    assert [shape.y0 for shape in with_delta.figure.layout.shapes] == [1, 0.9]
    assert [shape.y0 for shape in without.figure.layout.shapes] == [1]
    assert "δ" in with_delta.how_to_read
    assert "δ" not in without.how_to_read


def test_steps_without_a_measurement_are_left_out(trajectory: pd.DataFrame) -> None:
    trajectory.loc[[1, 3], ["target_norm", "irrelevant_norm"]] = None
    assert sensitivity_curves_table(trajectory)["step"].tolist() == [0, 2, 4]


def test_curves_of_a_diverging_run_are_cut_off(trajectory: pd.DataFrame) -> None:
    trajectory.loc[3:, "irrelevant_norm"] = [1e9, np.inf]
    assert sensitivity_curves(trajectory).figure.layout.yaxis.range == (0, HIGHEST)


@pytest.mark.parametrize("show", [accuracy_curves, sensitivity_curves])
def test_a_single_step_is_drawn(show, trajectory: pd.DataFrame) -> None:
    shown = show(trajectory.iloc[:1])
    assert [list(line.x) for line in shown.figure.data] == [[0]] * len(shown.figure.data)
    assert "markers" in shown.figure.data[0].mode  # a line of one point is not seen


@pytest.mark.parametrize("show", [accuracy_curves, sensitivity_curves])
@pytest.mark.parametrize("nothing", [[], [None]])
def test_without_measurements_a_sentence_says_so(show, nothing: list, trajectory: pd.DataFrame) -> None:
    columns = dict.fromkeys(("FA", "RA", "TA", "target_norm", "irrelevant_norm"), nothing)
    shown = show(pd.DataFrame({"step": range(len(nothing)), **columns}))
    assert not shown.figure.data
    assert shown.figure.layout.annotations[0].text == shown.alt
    assert not show(trajectory[["step", "loss"]]).figure.data
