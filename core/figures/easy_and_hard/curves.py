"""The Easy and hard page: how good the predicted probabilities are, with *hard* as the positive class."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.figures.theme import DIFFICULTY, NEUTRAL, ROLES, Shown, frame


def roc(cuts: pd.DataFrame, called_hard: int) -> Shown:
    """ROC for *hard*, the mean over the golds, with TMU's own cut marked.

    Args:
        cuts: ``core.metrics.easy_hard.cuts``.
        called_hard: how many images TMU calls hard.
    """
    own = cuts.iloc[called_hard]
    return Shown(
        _curve(cuts, ("false_positive", "recall"), called_hard, ([0, 1], [0, 1])),
        cuts,
        "Every point is a cut, the diamond TMU's own. The nearer the curve comes to the upper left corner, the better; "
        "dotted: guessing.",
        f"At TMU's cut {own['recall']:.0%} of the hard images are found, and {own['false_positive']:.0%} of the easy "
        "ones are called hard.",
        ("precision", "recall", "false_positive"),
    )


def precision_recall(cuts: pd.DataFrame, called_hard: int) -> Shown:
    """Precision against recall of *hard*, means over the golds, with TMU's own cut marked. Arguments as in ``roc``."""
    share = cuts["precision"].iloc[-1]
    return Shown(
        _curve(cuts.iloc[1:], ("recall", "precision"), called_hard - 1, ([0, 1], [share, share])),
        cuts,
        "Every point is a cut, the diamond TMU's own. The nearer the curve comes to the upper right corner, the "
        "better; dotted: guessing, the share of images that are hard.",
        f"Guessing has a precision of {share:.0%}; the best precision is {cuts['precision'].max():.0%}.",
        ("precision", "recall", "false_positive"),
    )


AXES = {
    "false_positive": "Easy images called hard",
    "recall": "Hard images found (recall)",
    "precision": "Called hard that are hard (precision)",
}


def _curve(cuts: pd.DataFrame, axes: tuple[str, str], own: int, guess: tuple[list, list]) -> go.Figure:
    """A curve over all cuts; nothing is marked where ``own`` is below zero."""
    x, y = (cuts[name] for name in axes)
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
    """Share of golds that are wrong (y) against the predicted probability of being hard (x), in groups of images.

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
        "Every point is a group of equally many images. On the dotted line a predicted 30 % means that 30 % of the "
        "golds are wrong; below it TMU fears too much, above it too little.",
        f"Predicted and observed shares of {len(groups)} groups differ by at most {off:.0%}.",
        ("predicted", "observed"),
    )
