"""The Easy and hard page: quality of the predicted probabilities; *hard* is the positive class."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.figures.theme import DIFFICULTY, NEUTRAL, ROLES, Shown, frame


def roc(table: pd.DataFrame, predicted_hard: int) -> Shown:
    """ROC for *hard*, the mean over the golds, with TMU's own threshold marked.

    Args:
        table: ``core.metrics.easy_hard.threshold_table``.
        predicted_hard: how many images TMU predicts to be hard.
    """
    own = table.iloc[predicted_hard]
    return Shown(
        _curve(table, ("false_positive", "recall"), predicted_hard, ([0, 1], [0, 1])),
        table,
        "Every point is a threshold; the diamond is TMU's own. The closer the curve is to the upper left corner, the "
        "better. Dotted line: guessing.",
        f"At TMU's threshold {own['recall']:.0%} of the hard images are found, and {own['false_positive']:.0%} of the "
        "easy images are predicted hard.",
        ("precision", "recall", "false_positive"),
    )


def precision_recall(table: pd.DataFrame, predicted_hard: int) -> Shown:
    """Precision against recall of *hard*, means over golds, TMU's own threshold marked; arguments as in ``roc``."""
    share = table["precision"].iloc[-1]
    return Shown(
        _curve(table.iloc[1:], ("recall", "precision"), predicted_hard - 1, ([0, 1], [share, share])),
        table,
        "Every point is a threshold; the diamond is TMU's own. The closer the curve is to the upper right corner, the "
        "better. Dotted line: guessing, which is the share of images that are hard.",
        f"Guessing has a precision of {share:.0%}; the best precision is {table['precision'].max():.0%}.",
        ("precision", "recall", "false_positive"),
    )


AXES = {
    "false_positive": "Easy images predicted hard (false positive rate)",
    "recall": "Hard images found (recall)",
    "precision": "Predicted hard that are hard (precision)",
}


def _curve(table: pd.DataFrame, axes: tuple[str, str], own: int, guess: tuple[list[float], list[float]]) -> go.Figure:
    """A curve over all thresholds, marked at row ``own``; no mark if ``own`` is below zero."""
    x, y = (table[name] for name in axes)
    figure = frame(360, showlegend=False, hovermode="closest")
    dotted = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
    figure.add_trace(go.Scatter(x=guess[0], y=guess[1], mode="lines", line=dotted, hoverinfo="skip"))
    hover = "%{x:.0%}, %{y:.0%}<extra></extra>"
    line = {"color": DIFFICULTY["hard"].color, "width": 2.5}
    figure.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, hovertemplate=hover))
    if own >= 0:
        mark = {"color": ROLES["unlearned"].color, "symbol": ROLES["unlearned"].symbol, "size": 13}
        figure.add_trace(
            go.Scatter(x=x.iloc[[own]], y=y.iloc[[own]], mode="markers", marker=mark, hovertemplate=f"TMU: {hover}")
        )
    ticks = {"tickformat": ".0%", "range": [-0.03, 1.05], "tickvals": [0, 0.25, 0.5, 0.75, 1], "showgrid": True}
    figure.update_xaxes(title_text=AXES[axes[0]], **ticks)
    figure.update_yaxes(title_text=AXES[axes[1]], **ticks)
    return figure


def calibration(groups: pd.DataFrame) -> Shown:
    """Calibration: share of golds that are wrong (y) against the predicted probability of being hard (x), by groups.

    Args:
        groups: ``core.metrics.easy_hard.reliability``.
    """
    figure = frame(360, showlegend=False, hovermode="closest")
    dotted = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
    figure.add_trace(go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=dotted, hoverinfo="skip"))
    figure.add_trace(
        go.Scatter(
            x=groups["predicted"],
            y=groups["observed"],
            mode="lines+markers",
            line={"color": DIFFICULTY["hard"].color, "width": 1.5},
            marker={"size": 12, "color": DIFFICULTY["hard"].color},
            customdata=groups["images"],
            hovertemplate="%{customdata} images: predicted %{x:.0%}, golds wrong %{y:.0%}<extra></extra>",
        )
    )
    reach = min(1.0, 1.15 * float(np.max(groups[["predicted", "observed"]].to_numpy())) + 0.05)
    figure.update_xaxes(title_text="Predicted probability of being hard", tickformat=".0%", range=[-0.02, reach])
    figure.update_yaxes(title_text="Golds that are wrong", tickformat=".0%", range=[-0.02, reach], showgrid=True)
    off = (groups["predicted"] - groups["observed"]).abs().max()
    return Shown(
        figure,
        groups,
        "Every point is a group of equally many images. On the dotted line, a predicted 30 % means that 30 % of the "
        "golds are wrong. Below it the probability is too high, above it too low.",
        f"Predicted and observed shares of {len(groups)} groups differ by at most {off:.0%}.",
        ("predicted", "observed"),
    )
