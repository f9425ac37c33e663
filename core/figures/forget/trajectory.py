"""The Forget page while a method runs: live curves of accuracies and sensitivities against the step."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.figures.theme import ACCURACIES, NEUTRAL, NORMS, ROLES, Mark, Shown, blank, frame
from core.metrics.accuracy import GAP, gold_spread
from core.metrics.catalogue import METRICS

Golds = Sequence[Mapping[str, float | None]]

OF_START = [f"{norm}_of_start" for norm in NORMS]
HIGHEST = 5.0  # times the start value; curves of a diverging run are cut off here, so that the others stay readable


def accuracy_curves_table(trajectory: pd.DataFrame) -> pd.DataFrame:
    """Columns step, FA, RA, TA (fractions), for the steps at which any of them was measured."""
    table = trajectory.reindex(columns=["step", *GAP]).astype(dict.fromkeys(GAP, float))
    return table.dropna(subset=list(GAP), how="all").reset_index(drop=True)


def sensitivity_curves_table(trajectory: pd.DataFrame) -> pd.DataFrame:
    """Columns step, target_norm, irrelevant_norm, both as a fraction of their first value (``..._of_start``), and
    irrelevant_ratio, the fraction measured by the paper's stop rule (over all forget images, once per pass)."""
    measured = [*NORMS, "irrelevant_ratio"]
    table = trajectory.reindex(columns=["step", *measured]).astype(dict.fromkeys(measured, float))
    table = table.replace(np.inf, np.nan).dropna(subset=list(NORMS), how="all").reset_index(drop=True)
    return table.assign(**{f"{norm}_of_start": table[norm] / table[norm].bfill().iloc[:1].max() for norm in NORMS})


def accuracy_curves(trajectory: pd.DataFrame, golds: Golds = (), stop: int | None = None) -> Shown:
    """FA, RA and TA (y, percent) against the step (x), with the mean gold as dotted lines.

    Args:
        trajectory: step (0: before the first step), FA, RA, TA as fractions; rows may be added later.
        golds: accuracies of each trained gold; two or more are drawn with a band of their spread.
        stop: the step whose weights are the result; None while the run continues.
    """
    table = accuracy_curves_table(trajectory)
    if table.empty:
        return blank("No accuracies yet.", table)
    figure = frame(320, xaxis=step_axis(table), yaxis=accuracy_axis(), hovermode="x unified")
    figure.update_xaxes(title_text="Step")
    figure.add_traces(accuracy_lines(table))
    draw_golds(figure, golds)
    draw_stop(figure, stop)
    target = "the dotted line (mean gold)" if golds else "gold's value (still training)"
    return Shown(
        figure,
        table,
        f"The method should lower FA (forget set) to {target}, and no lower, while RA (retain set) and TA (test set) "
        "stay at theirs. Measured between steps on a fixed sample of the images.",
        f"Accuracies over {table['step'].iloc[-1]} steps; at the end {at_the_end(table)}.",
        GAP,
    )


def sensitivity_curves(trajectory: pd.DataFrame, delta: float | None = None, stop: int | None = None) -> Shown:
    """Mean target and irrelevant norm of the forget images, in percent of the start value (y), against the step (x);
    rings are the measurements of the paper's stop rule.

    Args:
        trajectory: step, target_norm, irrelevant_norm and irrelevant_ratio; null at steps without a measurement.
        delta: the threshold of the paper's stop rule, drawn as a line; None for other rules.
        stop: the step whose weights are the result; None while the run continues.
    """
    table = sensitivity_curves_table(trajectory)
    if table.empty:
        return blank("No sensitivities were measured.", table)
    figure = frame(320, xaxis=step_axis(table), yaxis=sensitivity_axis(table), hovermode="x unified")
    figure.update_xaxes(title_text="Step")
    figure.add_traces(sensitivity_lines(table))
    draw_start(figure, delta)
    draw_stop(figure, stop)
    text = (
        "Mean input-gradient norms of the forget images, relative to their start values. MU-Mis lowers the norm of the "
        "target logit and keeps or raises that of the other logits."
    )
    if delta is not None:
        text += (
            " The paper stops when the irrelevant norm has fallen to the line δ and has risen above it again. Rings "
            "are the rule's own measurements, once per pass."
        )
    ends = table.iloc[-1]
    alt = (
        f"At the last step the target norm is {ends['target_norm_of_start']:.0%} of its start value, the irrelevant "
        f"norm {ends['irrelevant_norm_of_start']:.0%}."
    )
    return Shown(figure, table, text, alt, (*OF_START, "irrelevant_ratio"))


def accuracy_lines(table: pd.DataFrame) -> list[go.Scatter]:
    """One line per accuracy that was measured."""
    return [
        _line(
            table["step"],
            table[name],
            ACCURACIES[name],
            f"{METRICS[name].name} ({name})",
            f"{name} %{{y:.1%}}<extra></extra>",
        )
        for name in GAP
        if table[name].notna().any()
    ]


def sensitivity_lines(table: pd.DataFrame) -> list[go.Scatter]:
    """One line per norm that was measured, and rings at the measurements of the paper's stop rule."""
    lines = [
        _line(
            table["step"],
            table[f"{norm}_of_start"],
            mark,
            METRICS[norm].name,
            f"{METRICS[norm].name} %{{y:.1%}} of start, absolute %{{customdata:.4g}}<extra></extra>",
            customdata=table[norm],
        )
        for norm, mark in NORMS.items()
        if table[norm].notna().any()
    ]
    watched = table.dropna(subset=["irrelevant_ratio"])
    if len(watched):
        ring = {"color": NORMS["irrelevant_norm"].color, "symbol": "circle-open", "size": 11}
        hover = "stop rule %{y:.1%}<extra></extra>"
        lines.append(go.Scatter(x=watched["step"], y=watched["irrelevant_ratio"], mode="markers", marker=ring,
                                name="Stop rule", hovertemplate=hover))  # fmt: skip
    return lines


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


def draw_golds(figure: go.Figure, golds: Golds, **place: int) -> None:
    """A dotted line per metric at the mean gold, and a band of the golds' spread around it."""
    if not golds:
        return
    means, spread, color = pd.DataFrame(golds, columns=list(GAP)).mean(), gold_spread(golds), ROLES["gold"].color
    for n, (name, level) in enumerate(means.items()):
        label = {"text": f"gold {name}", "font": {"color": color, "size": 11}, "yanchor": "bottom"}
        figure.add_hline(level, line={"color": color, "dash": "dot", "width": 2}, **place)
        # Near the left, where curves are still high; side by side, so that labels at equal levels don't overlap.
        figure.add_annotation(
            x=0.34 - 0.16 * n, y=level, xref="x domain", xanchor="left", showarrow=False, **label, **place
        )
        if spread and spread[name]:
            band = {"y0": level - spread[name], "y1": level + spread[name]}
            figure.add_hrect(**band, fillcolor=color, opacity=0.15, line_width=0, **place)


def draw_start(figure: go.Figure, delta: float | None, **place: int) -> None:
    """A line at the start value, and one at the threshold of the paper's stop rule."""
    figure.add_hline(1, line={"color": NEUTRAL, "dash": "dot", "width": 1}, **place)
    if delta is not None:
        color = NORMS["irrelevant_norm"].color
        label = {"text": f"δ = {delta:.0%}", "font": {"color": color}, "yanchor": "top"}
        figure.add_hline(delta, line={"color": color, "dash": "dot"}, annotation=label, **place)


def draw_stop(figure: go.Figure, stop: int | None, **place: int) -> None:
    """A line at the step where the method stopped, if it has stopped."""
    if stop is not None:
        label = {"text": "stop", "yanchor": "bottom", "xanchor": "right", "textangle": 0}
        figure.add_vline(stop, line={"color": NEUTRAL, "dash": "dash", "width": 1.5}, annotation=label, **place)


def step_axis(table: pd.DataFrame) -> dict[str, Any]:
    """An axis from 0 to the last step, and to at least 10."""
    end = max(10, table["step"].iloc[-1])
    return {"range": [-0.02 * end, 1.02 * end], "unifiedhovertitle": {"text": "step %{x}"}}


def accuracy_axis() -> dict[str, Any]:
    """An axis from 0 to 100 %, with room for labels."""
    ticks = [0, 0.25, 0.5, 0.75, 1]
    return {"title": {"text": "Accuracy"}, "tickformat": ".0%", "range": [-0.04, 1.1], "tickvals": ticks}


def sensitivity_axis(table: pd.DataFrame) -> dict[str, Any]:
    """An axis from 0 to the highest value, at most ``HIGHEST``."""
    top = min(HIGHEST, 1.08 * table[OF_START].max(axis=None))
    return {"title": {"text": "Norm, relative to start"}, "tickformat": ".0%", "range": [0, top]}


def at_the_end(table: pd.DataFrame) -> str:
    """The last accuracies, for screen readers."""
    last = table.iloc[-1]
    return ", ".join(f"{name} {last[name]:.1%}" for name in GAP if pd.notna(last[name]))
