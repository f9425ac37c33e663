"""The Easy and hard page: TMU's three features of all forget images, and of one image."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.escaping import in_figure
from core.figures.theme import DIFFICULTY, NEUTRAL, Shown, frame

FEATURE_NAMES = {
    "nf": "NF: distance to neighbours",
    "af": "AF: effect of an attack",
    "cf": "CF: loss after brief training",
}
GOLD_VOTES = {"All golds right": "circle", "Golds disagree": "diamond", "All golds wrong": "x", "No gold": "circle"}
BAR = {
    "title": {"text": "predicted probability of being hard", "side": "top"},
    "orientation": "h", "thickness": 10, "tickformat": ".0%", "y": -0.16, "yanchor": "top",
}  # fmt: skip
EASY_TO_HARD = [[0, DIFFICULTY["easy"].color], [1, DIFFICULTY["hard"].color]]


def features_table(verdicts: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """``core.metrics.easy_hard.verdicts`` with the name of the class, and ``golds``, one of ``GOLD_VOTES``."""
    votes = np.select(
        [verdicts["right"] == 1, verdicts["right"] == 0, verdicts["right"].isna()],
        ["All golds right", "All golds wrong", "No gold"],
        "Golds disagree",
    )
    return verdicts.assign(label=[classes[label] for label in verdicts["label"]], golds=votes)


def features(verdicts: pd.DataFrame, classes: Sequence[str], axes: Sequence[str] = ("nf", "cf")) -> Shown:
    """Scatter plot of the forget images over two or three features, in standard deviations. The colour is the predicted
    probability of being hard, the symbol the golds' majority. Every point's customdata is the image's id.

    Args:
        verdicts: ``core.metrics.easy_hard.verdicts``.
        axes: two or three of nf, af and cf.
    """
    table = features_table(verdicts, classes)
    figure = frame(540, hovermode="closest")
    figure.update_layout(
        coloraxis={
            "colorscale": EASY_TO_HARD, "cmin": 0, "cmax": 1,
            "colorbar": BAR,
        }
    )  # fmt: skip
    for votes, symbol in GOLD_VOTES.items():
        part = table[table["golds"] == votes]
        if len(part):
            symbol = symbol if len(axes) == 2 else symbol.replace("x", "square")  # 3D draws "x" as a letter
            figure.add_traces([_points(part, symbol, axes), _legend(votes, symbol, len(axes))])
    titles = [FEATURE_NAMES[name] for name in axes]
    if len(axes) == 3:
        named = {f"{axis}axis": {"title": {"text": title[:2]}} for axis, title in zip("xyz", titles, strict=True)}
        figure.update_layout(scene={"aspectmode": "cube", **named})
    else:
        for update, title in zip((figure.update_xaxes, figure.update_yaxes), titles, strict=True):
            update(title_text=title, zeroline=True, zerolinecolor=NEUTRAL)
    how = (
        "Drag to rotate. Choose two features to be able to select images."
        if len(axes) == 3
        else "Click a point to open its image; draw a box or lasso to show only those images."
    )
    return Shown(
        figure,
        table,
        "One point per forget image, in standard deviations from the mean of the retained images: further up and right "
        f"is more unusual. Orange: predicted hard. Symbols: are the golds right? {how}",
        f"{len(table)} forget images over {' and '.join(name.upper() for name in axes)}; "
        f"{(~table['easy']).sum()} are predicted hard.",
        ("p_hard", "right"),
    )


def _points(part: pd.DataFrame, symbol: str, axes: Sequence[str]) -> go.Scatter | go.Scatter3d:
    kind = go.Scatter if len(axes) == 2 else go.Scatter3d
    marker = {
        "color": part["p_hard"],
        "coloraxis": "coloraxis",
        "symbol": symbol,
        "size": 11 if len(axes) == 2 else 6,
        "line": {"width": 1, "color": NEUTRAL},
    }
    return kind(
        **{axis: part[f"{feature}_z"] for axis, feature in zip("xyz", axes, strict=False)},
        mode="markers",
        showlegend=False,
        marker=marker,
        customdata=part["index"],
        hovertext=[_hover_text(row) for row in part.to_dict("records")],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _legend(votes: str, symbol: str, axes: int) -> go.Scatter | go.Scatter3d:
    """A grey legend entry; plotly's own entry would be black because the points differ in colour."""
    mark = {"color": NEUTRAL, "symbol": symbol}
    if axes == 2:
        return go.Scatter(x=[None], y=[None], mode="markers", name=votes, marker=mark)
    return go.Scatter3d(x=[None], y=[None], z=[None], mode="markers", name=votes, marker=mark)


def _hover_text(row: dict[str, Any]) -> str:
    golds = "" if np.isnan(row["right"]) else f"<br>{row['right']:.0%} of the golds are right"
    predicted = "easy" if row["easy"] else "hard"
    return (
        f"image {row['index']}: {in_figure(row['label'])}<br>predicted {predicted}, p(hard) {row['p_hard']:.0%}{golds}"
    )


def against_others_table(verdicts: pd.DataFrame, index: int) -> pd.DataFrame:
    """The features of one image: feature, value, deviations (standard deviations from the retained images' mean)."""
    row = verdicts[verdicts["index"] == index].iloc[0]
    rows = [(name, row[name], row[f"{name}_z"]) for name in FEATURE_NAMES]
    return pd.DataFrame(rows, columns=["feature", "value", "deviations"])


def against_others(verdicts: pd.DataFrame, index: int) -> Shown:
    """Bars: the three features (y) of one image, in standard deviations from the retained images' mean (x)."""
    table = against_others_table(verdicts, index)
    reach = max(3.0, 1.2 * table["deviations"].abs().max())
    figure = frame(240, showlegend=False, bargap=0.45)
    figure.add_vrect(-1, 1, fillcolor=NEUTRAL, opacity=0.18, line_width=0)
    figure.add_trace(
        go.Bar(
            x=table["deviations"],
            y=[FEATURE_NAMES[name].replace(": ", "<br>") for name in table["feature"]],
            orientation="h",
            marker={"color": [DIFFICULTY["hard" if z > 0 else "easy"].color for z in table["deviations"]]},
            text=[f"{z:+.1f}" for z in table["deviations"]],
            textposition="outside",
            hovertemplate="%{y}: %{x:+.2f}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(
        title_text="standard deviations from the retained images", range=[-reach, reach], zerolinecolor=NEUTRAL
    )
    text = ", ".join(f"{row.feature.upper()} {row.deviations:+.1f}" for row in table.itertuples())
    return Shown(
        figure,
        table,
        "About two thirds of the retained images lie in the grey band. Bars to the right are evidence for hard.",
        f"Standard deviations from the retained images: {text}.",
    )
