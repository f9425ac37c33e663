"""The Forget page after a run that took a second: the trajectories played back in the browser."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.evaluation.accuracy import GAP
from core.figures.theme import NEUTRAL, Shown, blank, frame
from core.figures.trajectory import (
    OF_START,
    Golds,
    accuracy_axis,
    accuracy_curves_table,
    accuracy_lines,
    at_the_end,
    draw_golds,
    draw_start,
    draw_stop,
    sensitivity_axis,
    sensitivity_curves_table,
    sensitivity_lines,
    step_axis,
)

FRAMES = 60  # a longer run is played back in this many pictures
PLAY_MS = 4000  # duration of the whole playback


def playback_table(trajectory: pd.DataFrame) -> pd.DataFrame:
    """The columns of ``accuracy_curves_table`` and ``sensitivity_curves_table`` side by side, one row per step."""
    return accuracy_curves_table(trajectory).merge(sensitivity_curves_table(trajectory), on="step", how="outer")


def playback(trajectory: pd.DataFrame, golds: Golds = (), delta: float | None = None, stop: int | None = None) -> Shown:
    """Accuracies above, sensitivities below, both against the step, with a Play button and a slider over the steps.

    Arguments as in ``accuracy_curves`` and ``sensitivity_curves``.
    """
    table = playback_table(trajectory)
    if table.empty:
        return blank("There are no steps to play back.", table)
    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.08, figure=frame(620, hovermode="x unified"))
    for row, lines in enumerate((accuracy_lines(table), sensitivity_lines(table)), start=1):
        figure.add_traces(lines, rows=row, cols=1)
    draw_golds(figure, golds, row=1, col=1)
    draw_stop(figure, stop, row=1, col=1)
    draw_start(figure, delta, row=2, col=1)
    # Fixed ranges, so that nothing jumps while it plays.
    figure.update_yaxes(accuracy_axis(), row=1)
    figure.update_yaxes(sensitivity_axis(table), row=2)
    figure.update_xaxes(step_axis(table))
    figure.update_xaxes(title_text="Step", row=2)
    steps = _thinned(table["step"].to_numpy())
    figure.frames = [go.Frame(name=str(step), data=[_until(line, step) for line in figure.data]) for step in steps]
    figure.update_layout(_player([str(step) for step in steps]))
    return Shown(
        figure,
        table,
        "Press Play to watch the run again, or drag the slider to a step. FA should sink to gold's dotted line while "
        "RA and TA hold theirs.",
        f"The run played back over {steps[-1]} steps; at the end {at_the_end(table)}.",
        (*GAP, *OF_START, "irrelevant_ratio"),
    )


def _thinned(steps: np.ndarray) -> np.ndarray:
    """At most ``FRAMES`` of the steps, evenly, the first and the last among them."""
    return steps[np.unique(np.linspace(0, len(steps) - 1, FRAMES).round().astype(int))]


def _until(line: go.Scatter, step: int) -> go.Scatter:
    shown = line.x <= step
    return go.Scatter(x=line.x[shown], y=line.y[shown])


def _player(names: Sequence[str]) -> dict[str, Any]:
    """The Play and Pause buttons and the slider, as parts of a layout."""
    duration = PLAY_MS / len(names)
    now = {"mode": "immediate", "transition": {"duration": 0}}
    play = {**now, "frame": {"duration": duration, "redraw": False}}
    halt = {**now, "frame": {"duration": 0, "redraw": False}}
    buttons = [
        {"label": "Play", "method": "animate", "args": [None, play]},
        {"label": "Pause", "method": "animate", "args": [[None], halt]},
    ]
    steps = [{"label": name, "method": "animate", "args": [[name], halt]} for name in names]
    look = {"bordercolor": NEUTRAL, "borderwidth": 1, "font": {"color": NEUTRAL}, "xanchor": "left", "yanchor": "top"}
    menu = {"type": "buttons", "direction": "left", "showactive": False, "buttons": buttons, "pad": {"t": 64}, **look}
    slider = {
        "steps": steps,
        "active": len(steps) - 1,
        "bgcolor": NEUTRAL,
        "tickcolor": NEUTRAL,
        "pad": {"t": 72},
        **look,
    }
    value = {"prefix": "Step ", "xanchor": "right"}  # above the slider, in the row of the buttons
    return {
        "updatemenus": [{**menu, "x": 0, "y": 0}],
        "sliders": [{**slider, "x": 0, "len": 1, "y": 0, "currentvalue": value}],
    }
