import numpy as np
import pandas as pd
import pytest

from core.figures import threshold_explorer
from core.figures.easy_and_hard.threshold import MAX_THRESHOLDS
from core.metrics.easy_hard import threshold_table


@pytest.fixture
def table(verdicts: pd.DataFrame, right: np.ndarray) -> pd.DataFrame:
    return threshold_table(verdicts["p_hard"].to_numpy(), right)


def test_the_slider_has_every_threshold_and_starts_at_tmus(table: pd.DataFrame, verdicts: pd.DataFrame):
    figure = threshold_explorer(table, verdicts).figure
    (slider,) = figure.layout.sliders
    assert [frame.name for frame in figure.frames] == list("012345")
    assert slider.active == 3  # three are predicted hard
    assert [step.args[0] for step in slider.steps] == [(name,) for name in "012345"]
    # The hardest is 14, which all four golds get wrong; they get 3, 3, 3 and 2 of the five wrong.
    assert slider.steps[1].label == "1 predicted hard · precision 100% · recall 38%"  # (1/3 + 1/3 + 1/3 + 1/2) / 4
    assert slider.steps[0].label == "0 predicted hard · recall 0%"


def test_a_frame_moves_the_line_and_nothing_else(table: pd.DataFrame, verdicts: pd.DataFrame):
    figure = threshold_explorer(table, verdicts).figure
    for cut, frame in enumerate(figure.frames):
        assert frame.traces == (0,)
        (line,) = frame.data
        assert set(line.x) == {cut}
    assert set(figure.data[0].x) == {3}  # where it stands before it is moved


def test_images_are_sorted_by_p_hard(table: pd.DataFrame, verdicts: pd.DataFrame):
    figure = threshold_explorer(table, verdicts).figure
    easy, hard = (trace for trace in figure.data if trace.mode == "markers")
    assert list(hard.x) == [0.5, 1.5, 3.5]  # 14, 10 and 13, by 0.9, 0.7 and 0.2
    assert list(hard.y) == [0.9, 0.7, 0.2]
    assert list(easy.x) == [2.5, 4.5]


def test_golds_line_is_at_its_mean_count(table: pd.DataFrame, verdicts: pd.DataFrame):
    shown = threshold_explorer(table, verdicts)
    assert (shown.table["gold_hard"] == 2.75).all()  # 0.75 + 0.25 + 0 + 0.75 + 1
    assert 2.75 in [shape.x0 for shape in shown.figure.layout.shapes]
    assert shown.alt.startswith("TMU predicts 3 of 5 images to be hard, gold gets 2.8 wrong.")


def test_a_large_forget_set_is_thinned_but_keeps_the_ends_and_tmus_threshold():
    size = 1000
    rng = np.random.default_rng(0)
    p_hard = rng.random(size)
    many = pd.DataFrame({"index": range(size), "p_hard": p_hard, "easy": np.arange(size) >= 333, "right": 0.5})
    figure = threshold_explorer(threshold_table(p_hard, rng.random((2, size)) > 0.5), many).figure
    names = [int(frame.name) for frame in figure.frames]
    assert {0, 333, size} <= set(names)
    assert len(names) <= MAX_THRESHOLDS + 2
    assert names[figure.layout.sliders[0].active] == 333
