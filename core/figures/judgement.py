"""The Easy and hard page: how good the predicted probabilities are, with *hard* as the positive class."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.theme import DIFFICULTY, NEUTRAL, ROLES, Shown, blank, frame


def roc(cuts: pd.DataFrame, called_hard: int) -> Shown:
    """ROC and precision-recall curve for *hard*, the mean over the golds, with TMU's own cut marked.

    Args:
        cuts: ``core.evaluation.easy_hard.cuts``.
        called_hard: how many images TMU calls hard.
    """
    if cuts["recall"].isna().all() or cuts["false_positive"].isna().all():
        return blank("No gold tells these images apart, so there is no curve.", cuts)
    titles = ["<b>ROC</b>", "<b>Precision and recall</b>"]
    figure = make_subplots(1, 2, horizontal_spacing=0.14, subplot_titles=titles, figure=frame(360, showlegend=False))
    share = cuts["precision"].iloc[-1]
    _curve(figure, 1, cuts["false_positive"], cuts["recall"], called_hard, ([0, 1], [0, 1]))
    _curve(figure, 2, cuts["recall"][1:], cuts["precision"][1:], called_hard - 1, ([0, 1], [share, share]))
    figure.update_xaxes(title_text="easy images called hard", col=1)
    figure.update_yaxes(title_text="hard images found", col=1)
    figure.update_xaxes(title_text="hard images found (recall)", col=2)
    figure.update_yaxes(title_text="of those called hard, are hard", col=2)
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(tickformat=".0%", range=[-0.03, 1.05], tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=True)
    own = cuts.iloc[called_hard]
    return Shown(
        figure,
        cuts,
        "Every point is a cut; the diamond is TMU's own. The better the predictor, the nearer the left curve comes to "
        "its upper left corner and the right one to its upper right corner. Dotted: guessing.",
        f"At TMU's cut {own['recall']:.0%} of the hard images are found and {own['false_positive']:.0%} of the easy "
        "ones are called hard.",
        ("precision", "recall", "false_positive"),
    )


def _curve(figure: go.Figure, column: int, x: pd.Series, y: pd.Series, own: int, guess: tuple[list, list]) -> None:
    dotted = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
    figure.add_trace(go.Scatter(x=guess[0], y=guess[1], mode="lines", line=dotted, hoverinfo="skip"), 1, column)
    hover = "%{x:.0%}, %{y:.0%}<extra></extra>"
    line = {"color": DIFFICULTY["hard"].color, "width": 2.5}
    figure.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, hovertemplate=hover), 1, column)
    if own >= 0:
        mark = {"color": ROLES["unlearned"].color, "symbol": ROLES["unlearned"].symbol, "size": 13}
        figure.add_trace(
            go.Scatter(x=x.iloc[own : own + 1], y=y.iloc[own : own + 1], mode="markers", marker=mark,
                       hovertemplate=f"TMU's cut: {hover}"), 1, column,
        )  # fmt: skip


def calibration(groups: pd.DataFrame) -> Shown:
    """Share of golds that are wrong (y) against the predicted probability of being hard (x), in groups of images.

    Args:
        groups: ``core.evaluation.easy_hard.reliability``.
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
        "Each point is a fifth of the forget images. On the dotted line a predicted 30 % means that 30 % of the golds "
        "are wrong; below it TMU fears too much, above it too little.",
        f"Predicted and observed shares of {len(groups)} groups differ by at most {off:.0%}.",
        ("predicted", "observed"),
    )
