"""The Forget page while a method runs: accuracies and sensitivities against the step, and the run played back."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.evaluation.accuracy import GAP, gold_spread
from core.figures.theme import METRICS, NEUTRAL, NORM_NAMES, NORMS, ROLES, Mark, Shown, blank, frame

Golds = Sequence[Mapping[str, float | None]]

FRAMES = 60  # a longer run is played back in this many pictures
PLAY_MS = 4000  # duration of the whole playback


def accuracy_curves_table(trajectory: pd.DataFrame) -> pd.DataFrame:
    """Columns step, FA, RA, TA (fractions): the steps at which any of them was measured."""
    return trajectory.reindex(columns=["step", *GAP]).dropna(subset=list(GAP), how="all").reset_index(drop=True)


def sensitivity_curves_table(trajectory: pd.DataFrame) -> pd.DataFrame:
    """Columns step, target_norm, irrelevant_norm, and both as a fraction of their first value (``..._of_start``)."""
    table = trajectory.reindex(columns=["step", *NORMS]).dropna(subset=list(NORMS), how="all").reset_index(drop=True)
    for norm in NORMS:
        start = table[norm].dropna().iloc[:1].to_numpy(dtype=float)
        table[f"{norm}_of_start"] = table[norm] / start[0] if start.size else np.nan
    return table


def accuracy_curves(trajectory: pd.DataFrame, golds: Golds = (), stop: int | None = None) -> Shown:
    """FA, RA and TA (y, percent) against the step (x), with the mean gold as dotted lines.

    Args:
        trajectory: step (0: before the first step), FA, RA, TA as fractions; may be growing, or have one row.
        golds: accuracies of each gold that is known; from two on their spread is drawn as a band.
        stop: the step whose weights are the result; None while the run goes on.
    """
    table = accuracy_curves_table(trajectory)
    if table.empty:
        return blank("No accuracies yet.", table)
    figure = frame(320, xaxis=_step_axis(table), yaxis=_accuracy_axis(), hovermode="x unified")
    _draw(figure, _accuracy_lines(table))
    _draw_golds(figure, golds)
    _draw_stop(figure, stop)
    return Shown(
        figure,
        table,
        "The method should bring FA (forget set) down to the dotted line of the mean gold, not below it, while RA "
        "(retain set) and TA (test set) stay at theirs. Measured on a fixed sample of the images between steps.",
        f"Accuracies over {table['step'].iloc[-1]} steps; at the end {_ends(table)}.",
        GAP,
    )


def sensitivity_curves(trajectory: pd.DataFrame, delta: float | None = None, stop: int | None = None) -> Shown:
    """Mean target and irrelevant norm over the forget set, as percent of their start (y), against the step (x).

    Args:
        trajectory: step, target_norm, irrelevant_norm; null where a step did not measure them.
        delta: the threshold of the paper's stop rule, drawn as a line; None for other rules.
        stop: the step whose weights are the result; None while the run goes on.
    """
    table = sensitivity_curves_table(trajectory)
    if table.empty:
        return blank("This method does not measure sensitivities.", table)
    figure = frame(320, xaxis=_step_axis(table), yaxis=_sensitivity_axis(), hovermode="x unified")
    _draw(figure, _sensitivity_lines(table))
    _draw_start(figure, delta)
    _draw_stop(figure, stop)
    text = (
        "Input-gradient norms of the forget images relative to their start: MU-Mis presses the target logit's down "
        "and keeps or raises that of the other logits."
    )
    if delta is not None:
        text += " The paper stops when the irrelevant norm has fallen to the line δ and has risen above it again."
    ends = table.iloc[-1]
    alt = (
        f"At the last step the target norm is at {ends['target_norm_of_start']:.0%} of its start, the irrelevant norm "
        f"at {ends['irrelevant_norm_of_start']:.0%}."
    )
    return Shown(figure, table, text, alt, tuple(f"{norm}_of_start" for norm in NORMS))


def playback(trajectory: pd.DataFrame, golds: Golds = (), delta: float | None = None, stop: int | None = None) -> Shown:
    """Both trajectories, one above the other, with a Play button and a slider over the steps; runs in the browser.

    Arguments as in ``accuracy_curves`` and ``sensitivity_curves``.
    """
    accuracy, norms = accuracy_curves_table(trajectory), sensitivity_curves_table(trajectory)
    if accuracy.empty:
        return blank("There are no steps to play back.", accuracy)
    lines = [_accuracy_lines(accuracy), _sensitivity_lines(norms)] if len(norms) else [_accuracy_lines(accuracy)]
    figure = make_subplots(len(lines), 1, shared_xaxes=True, vertical_spacing=0.08, figure=frame(280 * len(lines) + 60))
    for row, part in enumerate(lines, start=1):
        _draw(figure, part, row=row, col=1)
    _draw_golds(figure, golds, row=1, col=1)
    _draw_stop(figure, stop, row=1, col=1)
    figure.update_yaxes(_accuracy_axis(), row=1)
    if len(lines) == 2:
        _draw_start(figure, delta, row=2, col=1)
        figure.update_yaxes({**_sensitivity_axis(), "range": [0, 1.08 * _highest(lines[1])]}, row=2)
    steps = _thinned(accuracy["step"].to_numpy())
    figure.update_xaxes(range=_step_axis(accuracy)["range"])  # fixed ranges: nothing jumps while it plays
    figure.update_xaxes(title_text="Step", row=len(lines))
    figure.frames = [go.Frame(name=str(step), data=[_until(line, step) for line in figure.data]) for step in steps]
    figure.update_layout(hovermode="x unified", margin_b=8, **_player([str(step) for step in steps]))
    return Shown(
        figure,
        accuracy.merge(norms, on="step", how="outer"),
        "Press Play to watch the run again, or drag the slider to a step. FA should sink to gold's dotted line while "
        "RA and TA hold theirs.",
        f"The run played back over {steps[-1]} steps; at the end {_ends(accuracy)}.",
        (*GAP, *(f"{norm}_of_start" for norm in NORMS)),
    )


def _accuracy_lines(table: pd.DataFrame) -> list[go.Scatter]:
    return [
        _line(table["step"], table[name], METRICS[name], name, f"{name} %{{y:.1%}}<extra></extra>")
        for name in GAP
        if table[name].notna().any()
    ]


def _sensitivity_lines(table: pd.DataFrame) -> list[go.Scatter]:
    return [
        _line(
            table["step"],
            table[f"{norm}_of_start"],
            mark,
            NORM_NAMES[norm],
            f"{NORM_NAMES[norm]} %{{y:.1%}} of start, absolute %{{customdata:.4g}}<extra></extra>",
            customdata=table[norm],
        )
        for norm, mark in NORMS.items()
        if table[norm].notna().any()
    ]


def _line(x: pd.Series, y: pd.Series, mark: Mark, name: str, hover: str, **more: Any) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        mode="lines+markers",
        line={"color": mark.color, "dash": mark.dash, "width": 2.5},
        marker={"symbol": mark.symbol, "size": 8, "maxdisplayed": 12},
        connectgaps=True,
        hovertemplate=hover,
        **more,
    )


def _draw(figure: go.Figure, lines: Sequence[go.Scatter], **place: int) -> None:
    for line in lines:
        figure.add_trace(line, **place)


def _draw_golds(figure: go.Figure, golds: Golds, **place: int) -> None:
    """A dotted line per metric at the mean gold, and a band of the golds' spread around it."""
    if not golds:
        return
    means, spread, color = pd.DataFrame(golds, columns=list(GAP)).mean(), gold_spread(golds), ROLES["gold"].color
    for n, (name, level) in enumerate(means.items()):
        label = {"text": f"gold {name}", "font": {"color": color, "size": 11}, "yanchor": "bottom"}
        figure.add_hline(level, line={"color": color, "dash": "dot", "width": 2}, **place)
        # Where the curves have not come down yet, and side by side: equal levels don't cover each other's labels.
        figure.add_annotation(
            x=0.34 - 0.16 * n, y=level, xref="x domain", xanchor="left", showarrow=False, **label, **place
        )
        if spread and spread[name]:
            band = {"y0": level - spread[name], "y1": level + spread[name]}
            figure.add_hrect(**band, fillcolor=color, opacity=0.15, line_width=0, **place)


def _draw_start(figure: go.Figure, delta: float | None, **place: int) -> None:
    figure.add_hline(1, line={"color": NEUTRAL, "dash": "dot", "width": 1}, **place)
    if delta is not None:
        color = NORMS["irrelevant_norm"].color
        label = {"text": f"δ = {delta:g}", "font": {"color": color}, "yanchor": "top"}
        figure.add_hline(delta, line={"color": color, "dash": "dot"}, annotation=label, **place)


def _draw_stop(figure: go.Figure, stop: int | None, **place: int) -> None:
    if stop is not None:
        label = {"text": "stop", "yanchor": "bottom", "xanchor": "right", "textangle": 0}
        figure.add_vline(stop, line={"color": NEUTRAL, "dash": "dash", "width": 1.5}, annotation=label, **place)


def _step_axis(table: pd.DataFrame) -> dict[str, Any]:
    end = max(10, table["step"].iloc[-1])
    return {"title": {"text": "Step"}, "range": [-0.02 * end, 1.02 * end]}


def _accuracy_axis() -> dict[str, Any]:
    return {
        "title": {"text": "Accuracy"},
        "tickformat": ".0%",
        "range": [-0.04, 1.1],
        "tickvals": [0, 0.25, 0.5, 0.75, 1],
    }


def _sensitivity_axis() -> dict[str, Any]:
    return {"title": {"text": "Norm, share of its start"}, "tickformat": ".0%", "rangemode": "tozero"}


def _ends(table: pd.DataFrame) -> str:
    last = table.iloc[-1]
    return ", ".join(f"{name} {last[name]:.1%}" for name in GAP if pd.notna(last[name]))


def _highest(lines: Sequence[go.Scatter]) -> float:
    return max(1.0, *(float(np.nanmax(line.y)) for line in lines))


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
    look = {"bordercolor": NEUTRAL, "borderwidth": 1, "font": {"color": NEUTRAL}}
    menu = {"type": "buttons", "direction": "left", "showactive": False, "buttons": buttons, **look}
    slider = {"steps": steps, "active": len(steps) - 1, "currentvalue": {"prefix": "Step "}, **look}
    return {
        "updatemenus": [{**menu, "x": 0, "y": -0.16, "xanchor": "left", "yanchor": "top"}],
        "sliders": [{**slider, "x": 0.22, "len": 0.78, "y": -0.12, "yanchor": "top"}],
    }
