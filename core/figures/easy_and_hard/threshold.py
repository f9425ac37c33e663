"""The Easy and hard page: precision and recall at every threshold, with a slider that moves in the browser."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.theme import DIFFICULTY, NEUTRAL, ROLES, SPLITS, Mark, Shown, frame

CURVES = {
    "precision": ("Precision", DIFFICULTY["hard"]),
    "recall": ("Recall", SPLITS["test"]),
}
MAX_THRESHOLDS = 80  # steps of the slider; evenly spread over a larger forget set


def threshold_explorer_table(thresholds: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """``threshold_table`` with ``gold_hard``, the mean number of images that a gold gets wrong."""
    return thresholds.assign(gold_hard=(1 - verdicts["right"]).sum())


def threshold_explorer(thresholds: pd.DataFrame, verdicts: pd.DataFrame) -> Shown:
    """Precision and recall (above) and every image's p(hard) (below) over the number of images predicted hard (x). The
    images are sorted, the most probable first; the slider moves the threshold.

    Args:
        thresholds: ``core.metrics.easy_hard.threshold_table``.
        verdicts: ``core.metrics.easy_hard.verdicts``.
    """
    table = threshold_explorer_table(thresholds, verdicts)
    size, own, gold = len(verdicts), int((~verdicts["easy"]).sum()), table["gold_hard"][0]
    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.07, row_heights=[0.55, 0.45], figure=frame(520))
    figure.add_trace(_line(table.iloc[own]), 1, 1)  # first: frames replace it
    for column, (name, mark) in CURVES.items():
        figure.add_trace(_curve(table["hard"], table[column], name, mark), 1, 1)
    figure.add_traces(_images(verdicts), rows=2, cols=1)
    figure.update_layout(legend_y=1.07, margin_t=56)  # room for the two labels
    sides = ("left", "right") if own >= gold else ("right", "left")  # of the labels, so that they don't overlap
    for x, text, role, side in ((own, "TMU", "unlearned", sides[0]), (gold, "gold", "gold", sides[1])):
        color = ROLES[role].color
        label = {"text": text, "font": {"color": color}, "y": 1, "xanchor": side, "yanchor": "bottom"}
        figure.add_vline(x, line={"color": color, "dash": "dot", "width": 2}, annotation=label, row=1, col=1)
    figure.update_yaxes(tickformat=".0%", range=[-0.04, 1.08], row=1)
    figure.update_yaxes(title_text="p(hard)", tickformat=".0%", range=[-0.06, 1.06], row=2)
    figure.update_xaxes(range=[-0.02 * size, 1.02 * size])
    figure.update_xaxes(title_text="Images predicted hard, the most probable first", row=2)
    shown = np.unique([*np.linspace(0, size, min(size, MAX_THRESHOLDS) + 1).round().astype(int), own])
    figure.frames = [go.Frame(name=str(position), data=[_line(table.iloc[position])], traces=[0]) for position in shown]
    figure.update_layout(sliders=[_slider(table.iloc[shown], int(np.flatnonzero(shown == own)[0]))])
    return Shown(
        figure,
        table,
        "Drag the slider: images left of the line are predicted hard and would be forgotten. Recall: share of the hard "
        "images that are left of the line. Precision: share of the images left of the line that are hard. Both are "
        "means over the golds.",
        f"TMU predicts {own} of {size} images to be hard, gold gets {gold:.1f} wrong. {_label(table.iloc[own])}.",
        ("precision", "recall", "false_positive"),
    )


def _line(row: pd.Series) -> go.Scatter:
    """The line that the slider moves."""
    return go.Scatter(
        x=[row["hard"]] * 3,
        y=[-0.04, 0.5, 1.08],
        mode="lines",
        line={"color": ROLES["unlearned"].color, "width": 3},
        showlegend=False,
        hoverinfo="skip",
    )


def _curve(x: pd.Series, y: pd.Series, name: str, mark: Mark) -> go.Scatter:
    line = {"color": mark.color, "dash": mark.dash, "width": 2.5}
    return go.Scatter(x=x, y=y, name=name, mode="lines", line=line, hovertemplate=f"{name} %{{y:.0%}}<extra></extra>")


def _images(verdicts: pd.DataFrame) -> list[go.Scatter]:
    """A point per image, the hardest first, marked by the golds' majority."""
    ordered = verdicts.sort_values("p_hard", ascending=False, kind="stable").reset_index(drop=True)
    traces = []
    for name, part in (("easy", ordered[ordered["right"] >= 0.5]), ("hard", ordered[ordered["right"] < 0.5])):
        mark = DIFFICULTY[name]
        traces.append(
            go.Scatter(
                x=part.index + 0.5,
                y=part["p_hard"],
                mode="markers",
                name=f"{name} for most golds",
                marker={"color": mark.color, "symbol": mark.symbol, "size": 8},
                hovertext=[f"image {row.index}: {row.right:.0%} of the golds right" for row in part.itertuples(False)],
                hovertemplate="%{hovertext}, p(hard) %{y:.0%}<extra></extra>",
            )
        )
    return traces


def _label(row: pd.Series) -> str:
    precision = "" if np.isnan(row["precision"]) else f" · precision {row['precision']:.0%}"
    recall = "" if np.isnan(row["recall"]) else f" · recall {row['recall']:.0%}"
    return f"{row['hard']:.0f} predicted hard{precision}{recall}"


def _slider(thresholds: pd.DataFrame, active: int) -> dict[str, Any]:
    """The slider; its current label is shown above it."""
    halt = {"mode": "immediate", "transition": {"duration": 0}, "frame": {"duration": 0, "redraw": False}}
    return {
        "steps": [
            {"label": _label(row), "method": "animate", "args": [[f"{row['hard']:.0f}"], halt]}
            for _, row in thresholds.iterrows()
        ],
        "active": active,
        "currentvalue": {"font": {"color": NEUTRAL, "size": 15}, "xanchor": "left"},
        "font": {"color": "rgba(0,0,0,0)"},
        "ticklen": 0,
        "minorticklen": 0,
        "tickcolor": "rgba(0,0,0,0)",
        "bgcolor": NEUTRAL,
        "bordercolor": NEUTRAL,
        "pad": {"t": 56},
        "x": 0,
        "len": 1,
    }
