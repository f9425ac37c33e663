"""The Forget page after a run: its unlearning played back, and dragged to any step, in the browser alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.forget.tracked_images import StepImages, at_step, counts, draw_followed
from core.figures.forget.trajectory import (
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
from core.figures.theme import NEUTRAL, Shown, blank, frame
from core.metrics.accuracy import GAP

FRAMES = 60  # a longer run is played back in this many pictures
PLAY_MS = 4000  # duration of the whole playback
CURVES, CONTROLS, LEGEND = 480, 150, 52  # pixels; the legend has two lines on a phone


def playback_table(trajectory: pd.DataFrame, followed: StepImages | None = None) -> pd.DataFrame:
    """One row per step: the columns of ``accuracy_curves_table`` and ``sensitivity_curves_table`` side by side, then
    how many of the followed images there are of each outcome."""
    table = accuracy_curves_table(trajectory).merge(sensitivity_curves_table(trajectory), on="step", how="outer")
    return table if followed is None else table.merge(counts(followed.steps), on="step", how="left")


def playback(
    trajectory: pd.DataFrame,
    golds: Golds = (),
    delta: float | None = None,
    stop: int | None = None,
    followed: StepImages | None = None,
) -> Shown:
    """Accuracies above, sensitivities below, both against the step, with a Play button and a slider over the steps;
    below these, with ``followed``, forget images and what they are taken for at the step.

    Other arguments as in ``accuracy_curves`` and ``sensitivity_curves``.
    """
    table = playback_table(trajectory, followed)
    if table.empty:
        return blank("There are no steps to play back.", table)
    below = CONTROLS if followed is None else CONTROLS + LEGEND + followed.height
    height = CURVES + below
    bottom = below / height
    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.08, figure=frame(height, hovermode="x unified"))
    for row, lines in enumerate((accuracy_lines(table), sensitivity_lines(table)), start=1):
        figure.add_traces(lines, rows=row, cols=1)
    curves = list(figure.data)
    draw_golds(figure, golds, row=1, col=1)
    draw_stop(figure, stop, row=1, col=1)
    draw_start(figure, delta, row=2, col=1)
    # Fixed ranges, so that nothing jumps while it plays.
    middle = bottom + (1 - bottom) / 2
    figure.update_yaxes(accuracy_axis() | {"domain": [middle + 0.02, 1]}, row=1)
    figure.update_yaxes(sensitivity_axis(table) | {"domain": [bottom, middle - 0.02]}, row=2)
    figure.update_xaxes(step_axis(table))
    figure.update_xaxes(title_text="Step", row=2)
    rows = table.iloc[_thinned(len(table))].to_dict("records")
    changed = list(range(len(curves)))
    if followed is not None:
        changed += draw_followed(figure, followed, rows[-1], followed.height / height)
    figure.frames = [
        {
            "name": str(row["step"]),
            "data": [_until(line, row["step"]) for line in curves]
            + ([] if followed is None else at_step(followed, row)),
            "traces": changed,
        }
        for row in rows
    ]
    figure.update_layout(_player([frame.name for frame in figure.frames], bottom), margin_b=0)
    images = " Images are sorted by when they were forgotten." if followed is not None else ""
    return Shown(
        figure,
        table,
        "Press Play to watch the run again, or drag the slider to a step. FA should sink to gold's dotted line while "
        f"RA and TA hold theirs. Curves are of a fixed sample of the images, gold's lines of all of them.{images}",
        f"The run played back over {rows[-1]['step']} steps; at the end {at_the_end(table)}.",
        (*GAP, *OF_START, "irrelevant_ratio"),
    )


def _thinned(count: int) -> list[int]:
    """At most ``FRAMES`` of so many rows, evenly, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, FRAMES).round().astype(int)).tolist()


def _until(line: go.Scatter, step: int) -> dict[str, Any]:
    shown = line.x <= step
    return {"x": line.x[shown], "y": line.y[shown]}


def _player(names: Sequence[str], y: float) -> dict[str, Any]:
    """The Play and Pause buttons and the slider below this height, as parts of a layout."""
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
        "updatemenus": [{**menu, "x": 0, "y": y}],
        "sliders": [{**slider, "x": 0, "len": 1, "y": y, "currentvalue": value}],
    }
