import pandas as pd
import pytest

from core.figures import accuracy_curves_table, playback, playback_table, sensitivity_curves_table
from core.figures.forget.playback import FRAMES


def test_every_frame_shows_the_run_up_to_its_step(trajectory: pd.DataFrame) -> None:
    figure = playback(trajectory).figure
    assert [frame.name for frame in figure.frames] == ["0", "1", "2", "3", "4"]
    for frame in figure.frames:
        for whole, part in zip(figure.data, frame.data, strict=True):
            wanted = [(x, y) for x, y in zip(whole.x, whole.y, strict=True) if x <= int(frame.name)]
            assert list(zip(part.x, part.y, strict=True)) == wanted


def test_the_slider_and_the_buttons_call_frames_that_exist(trajectory: pd.DataFrame) -> None:
    figure = playback(trajectory).figure
    (slider,), (menu,) = figure.layout.sliders, figure.layout.updatemenus
    assert [step.args[0] for step in slider.steps] == [(frame.name,) for frame in figure.frames]
    assert slider.active == len(slider.steps) - 1
    assert [button.label for button in menu.buttons] == ["Play", "Pause"]
    # plotly.js: no frames named plays all; a list of nothing stops what plays.
    assert [button.args[0] for button in menu.buttons] == [None, (None,)]


def test_axes_are_fixed_during_playback(trajectory: pd.DataFrame) -> None:
    layout = playback(trajectory).figure.layout
    for axis in (layout.xaxis, layout.xaxis2, layout.yaxis, layout.yaxis2):
        assert axis.range is not None


@pytest.mark.parametrize("rows", [1, 1000])
def test_long_runs_are_thinned_and_keep_their_last_step(rows: int, trajectory: pd.DataFrame) -> None:
    long = pd.concat([trajectory.iloc[[0]]] * rows).assign(step=range(rows))
    names = [int(frame.name) for frame in playback(long).figure.frames]
    assert len(names) == min(rows, FRAMES)
    assert (names[0], names[-1]) == (0, rows - 1)
    assert sorted(set(names)) == names


def test_the_table_joins_both(trajectory: pd.DataFrame) -> None:
    shown = playback(trajectory)
    for part in (accuracy_curves_table(trajectory), sensitivity_curves_table(trajectory)):
        pd.testing.assert_frame_equal(shown.table[part.columns], part)
    pd.testing.assert_frame_equal(shown.table, playback_table(trajectory))


def test_playback_needs_steps_but_no_sensitivities(trajectory: pd.DataFrame) -> None:
    figure = playback(trajectory[["step", "FA", "RA", "TA"]]).figure
    assert [line.name for line in figure.data] == ["Forget set (FA)", "Retain set (RA)", "Test set (TA)"]
    assert not playback(trajectory.iloc[:0]).figure.frames
