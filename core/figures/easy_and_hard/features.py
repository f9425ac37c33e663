"""The Easy and hard page: the three features of every forget image, and those of one against the images that remain."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.figures.theme import DIFFICULTY, NEUTRAL, Shown, frame

FEATURE_NAMES = {
    "nf": "NF: distance to its like",
    "af": "AF: yields to an attack",
    "cf": "CF: loss after brief training",
}
SAYS = {"All golds right": "circle", "Golds disagree": "diamond", "All golds wrong": "x", "No gold": "circle"}
BAR = {
    "title": {"text": "predicted probability of being hard", "side": "top"},
    "orientation": "h", "thickness": 10, "tickformat": ".0%", "y": -0.16, "yanchor": "top",
}  # fmt: skip
EASY_TO_HARD = [[0, DIFFICULTY["easy"].color], [1, DIFFICULTY["hard"].color]]


def features_table(verdicts: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """``core.metrics.easy_hard.verdicts`` with the name of the class, and ``golds``, one of ``SAYS``."""
    says = np.select(
        [verdicts["right"] == 1, verdicts["right"] == 0, verdicts["right"].isna()],
        ["All golds right", "All golds wrong", "No gold"],
        "Golds disagree",
    )
    return verdicts.assign(label=[classes[label] for label in verdicts["label"]], golds=says)


def features(verdicts: pd.DataFrame, classes: Sequence[str], axes: Sequence[str] = ("nf", "cf")) -> Shown:
    """One point per forget image over two or three of its features, in standard deviations; the colour is
    the predicted probability of being hard, the symbol what the golds say. Every point's customdata is the image's id.

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
    for says, symbol in SAYS.items():
        part = table[table["golds"] == says]
        if len(part):
            symbol = symbol if len(axes) == 2 else symbol.replace("x", "square")  # a letter in space, no shape
            figure.add_traces([_points(part, symbol, axes), _legend(says, symbol, len(axes))])
    titles = [FEATURE_NAMES[name] for name in axes]
    if len(axes) == 3:
        named = {f"{axis}axis": {"title": {"text": title[:2]}} for axis, title in zip("xyz", titles, strict=True)}
        figure.update_layout(scene={"aspectmode": "cube", **named})
    else:
        for update, title in zip((figure.update_xaxes, figure.update_yaxes), titles, strict=True):
            update(title_text=title, zeroline=True, zerolinecolor=NEUTRAL)
    how = (
        "Drag to turn it. Take two features to select images."
        if len(axes) == 3
        else "Click a point to open its image; draw a box or lasso to see only those among the pictures."
    )
    return Shown(
        figure,
        table,
        "One point per image to forget, in standard deviations above the images that remain: the further "
        f"up and right, the more unusual. Orange is predicted to be hard; symbols are gold's verdict. {how}",
        f"{len(table)} forget images over {' and '.join(name.upper() for name in axes)}; "
        f"{(~table['easy']).sum()} are called hard.",
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
        hovertext=[_told(row) for row in part.to_dict("records")],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _legend(says: str, symbol: str, axes: int) -> go.Scatter | go.Scatter3d:
    """An entry of the legend in grey: by itself plotly paints one black where points differ in colour."""
    mark = {"color": NEUTRAL, "symbol": symbol}
    if axes == 2:
        return go.Scatter(x=[None], y=[None], mode="markers", name=says, marker=mark)
    return go.Scatter3d(x=[None], y=[None], z=[None], mode="markers", name=says, marker=mark)


def _told(row: dict) -> str:
    golds = "" if np.isnan(row["right"]) else f"<br>{row['right']:.0%} of the golds are right"
    called = "easy" if row["easy"] else "hard"
    return f"image {row['index']}: {row['label']}<br>hard with {row['p_hard']:.0%}, called {called}{golds}"


def against_others_table(verdicts: pd.DataFrame, index: int) -> pd.DataFrame:
    """The features of one image: feature, value, deviations (from the images that remain)."""
    row = verdicts[verdicts["index"] == index].iloc[0]
    found = [(name, row[name], row[f"{name}_z"]) for name in FEATURE_NAMES]
    return pd.DataFrame(found, columns=["feature", "value", "deviations"])


def against_others(verdicts: pd.DataFrame, index: int) -> Shown:
    """The three features of one image (y) as bars in standard deviations from the images that remain (x)."""
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
    figure.update_xaxes(title_text="standard deviations from the others", range=[-reach, reach], zerolinecolor=NEUTRAL)
    told = ", ".join(f"{row.feature.upper()} {row.deviations:+.1f}" for row in table.itertuples())
    return Shown(
        figure,
        table,
        "The grey band is where about two thirds of the images that remain lie; bars to the right speak for hard.",
        f"Standard deviations from the images that remain: {told}.",
    )
