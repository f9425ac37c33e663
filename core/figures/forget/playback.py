"""The Forget page after a run: playback of the unlearning, with a slider over the steps, in the browser alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.forget.tracked_images import StepImages, at_step, counts, draw_tracked
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

FRAMES = 60  # of the animation; a longer run is thinned to as many
PLAY_MS = 4000  # duration of the whole playback
CURVES, CONTROLS, LEGEND = 480, 150, 52  # pixels; the legend has two lines on a phone


def playback_table(trajectory: pd.DataFrame, tracked: StepImages | None = None) -> pd.DataFrame:
    """One row per step: the columns of ``accuracy_curves_table`` and ``sensitivity_curves_table`` side by side, then
    the number of tracked images of each outcome."""
    table = accuracy_curves_table(trajectory).merge(sensitivity_curves_table(trajectory), on="step", how="outer")
    return table if tracked is None else table.merge(counts(tracked.steps), on="step", how="left")


def playback(
    trajectory: pd.DataFrame,
    golds: Golds = (),
    delta: float | None = None,
    stop: int | None = None,
    tracked: StepImages | None = None,
) -> Shown:
    """Accuracies (above) and sensitivities (below) against the step, with a Play button and a slider over the steps;
    with ``tracked``, also the tracked forget images and their predictions at the step.

    Other arguments as in ``accuracy_curves`` and ``sensitivity_curves``.
    """
    table = playback_table(trajectory, tracked)
    if table.empty:
        return blank("There are no steps to play back.", table)
    below = CONTROLS if tracked is None else CONTROLS + LEGEND + tracked.height
    height = CURVES + below
    bottom = below / height
    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.08, figure=frame(height, hovermode="x unified"))
    for row, lines in enumerate((accuracy_lines(table), sensitivity_lines(table)), start=1):
        figure.add_traces(lines, rows=row, cols=1)
    curves = list(figure.data)
    draw_golds(figure, golds, row=1, col=1)
    draw_stop(figure, stop, row=1, col=1)
    draw_start(figure, delta, row=2, col=1)
    # Fixed ranges, so that the axes don't change while it plays.
    middle = bottom + (1 - bottom) / 2
    figure.update_yaxes(accuracy_axis() | {"domain": [middle + 0.02, 1]}, row=1)
    figure.update_yaxes(sensitivity_axis(table) | {"domain": [bottom, middle - 0.02]}, row=2)
    figure.update_xaxes(step_axis(table))
    figure.update_xaxes(title_text="Step", row=2)
    rows = table.iloc[thinned(len(table))].to_dict("records")
    changed = list(range(len(curves)))
    if tracked is not None:
        changed += draw_tracked(figure, tracked, rows[-1], tracked.height / height)
    figure.frames = [
        {
            "name": str(row["step"]),
            "data": [_until(line, row["step"]) for line in curves] + ([] if tracked is None else at_step(tracked, row)),
            "traces": changed,
        }
        for row in rows
    ]
    figure.update_layout(_player([frame.name for frame in figure.frames], bottom), margin_b=0)
    images = " Images are sorted by the step at which they were forgotten." if tracked is not None else ""
    return Shown(
        figure,
        table,
        "Press Play to replay the run, or drag the slider to a step. FA should fall to gold's dotted line, while RA "
        f"and TA stay at theirs. Curves use a fixed sample of the images, gold lines use all images.{images}",
        f"Playback over {rows[-1]['step']} steps; at the end {at_the_end(table)}.",
        (*GAP, *OF_START, "irrelevant_ratio"),
    )


def thinned(count: int) -> list[int]:
    """Positions of at most ``FRAMES`` of ``count`` rows, evenly spaced, the first and the last included."""
    return np.unique(np.linspace(0, count - 1, FRAMES).round().astype(int)).tolist()


def _until(line: go.Scatter, step: int) -> dict[str, Any]:
    """The part of a line up to a step."""
    shown = line.x <= step
    return {"x": line.x[shown], "y": line.y[shown]}


def _player(names: Sequence[str], y: float) -> dict[str, Any]:
    """Layout of the Play and Pause buttons and the slider; ``y`` is their upper edge."""
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
