"""The Images page's map: the original's features beside another model's, in one plane."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.slices import Images
from core.figures.theme import NEUTRAL, SPLITS, Mark, Shown, frame, role_mark, role_name

HEIGHT = 640
# The forget set's class has its colour and an open sign; its neighbours are retained.
KINDS = {
    "Forget set": Mark(SPLITS["forget"].color, "triangle-down"),
    "Its class": Mark(SPLITS["forget"].color, "triangle-down-open"),
    "Nearest retained": Mark(SPLITS["retain"].color, "diamond"),
    "Others": Mark(NEUTRAL, "circle"),
}
SIZES = {"Forget set": 9, "Its class": 8, "Nearest retained": 9, "Others": 5}
OUTSIDE = "Outside the slice"


def feature_maps_table(places: pd.DataFrame, images: Images, role: str, classes: Sequence[str]) -> pd.DataFrame:
    """The points of original and one other model: role, index, x, y, kind (of ``KINDS``), label, prediction.

    Args:
        places: the run's table ``map``: role, index, x, y, nearest.
        classes: names by label.
    """
    shown = places[places["role"].isin(("original", role))]
    at = images.about["index"].searchsorted(shown["index"])
    about = images.about.iloc[at]
    forget = (about["split"] == "forget").to_numpy()
    by = "label" if images.about["subclass"].isna().all() else "subclass"
    removed = about.loc[forget, by].unique()
    everywhere = len(removed) == images.about[by].nunique()  # then every image is of a forgotten class
    alike = np.zeros(len(about), bool) if everywhere else about[by].isin(removed).to_numpy(dtype=bool)
    kind = np.select([forget, alike, shown["nearest"]], list(KINDS)[:3], "Others")
    taken = np.where(shown["role"] == "original", *(images.values["prediction"][r].to_numpy()[at]
                                                   for r in ("original", role)))  # fmt: skip
    names = np.array(classes, dtype=object)
    return pd.DataFrame(
        {
            **{name: shown[name].to_numpy() for name in ("role", "index", "x", "y")},
            "kind": kind,
            "label": names[about["label"]],
            "prediction": names[taken.astype(int)],
        }
    )


def feature_maps(
    places: pd.DataFrame,
    images: Images,
    role: str,
    held: np.ndarray,
    about: Mapping[str, Any],
    classes: Sequence[str],
    selected: int | None = None,
) -> Shown:
    """One point per image in each of two linked panels, the original's and another model's; customdata is its id.

    Args:
        places, images, classes: as in ``feature_maps_table``.
        role: the other model.
        held: bool (N,), the images of the slice, in the order of ``images.about``; others are faint.
        about: what the result says of the map: explained and fit.
        selected: id of the image that is ringed.
    """
    table = feature_maps_table(places, images, role, classes)
    inside = held[images.about["index"].searchsorted(table["index"])]
    roles = ["original"] if role == "original" else ["original", role]
    traces, layout = [], _panels(roles)
    for number, name in enumerate(roles, start=1):
        own = table["role"] == name
        traces += _panel(table[own], inside[own], number)
        ring = table[own & (table["index"] == selected)]
        traces += [_ring(ring, name, number)] * len(ring)
    figure = frame(HEIGHT, hovermode="closest", **layout).add_traces(traces)
    return Shown(
        figure,
        table,
        f"Each point is an image, placed by the features before the last layer. {_aligned(role, about)} The plane is "
        f"that of the original's first two principal components, {sum(about['explained']):.0%} of its variance. Lasso "
        "or box (in the figure's toolbar) keeps only those images below; a click opens one.",
        f"Map of {len(table) // len(roles)} images in {' and '.join(role_name(name) for name in roles)}; "
        f"{(table['kind'] == 'Forget set').sum() // len(roles)} are to be forgotten.",
    )


def _aligned(role: str, about: Mapping[str, Any]) -> str:
    if role == "original":
        return ""
    return (
        f"Another model's features live in a basis of their own: those of {role_name(role)} were rotated onto the "
        "original's (orthogonal Procrustes on retained images), of whose variance there they explain "
        f"{about['fit'][role]:.0%}."
    )


def _panels(roles: Sequence[str]) -> dict[str, Any]:
    """As much of a layout as makes linked panels side by side. (plotly's own helper takes longer than all the rest.)"""
    bare = {"showticklabels": False, "zeroline": False, "showgrid": False}
    layout: dict[str, Any] = {
        "margin": {"l": 8, "r": 8, "t": 28, "b": 8},
        "legend": {
            "orientation": "h", "x": 0, "y": -0.02, "yanchor": "top", "itemsizing": "constant",
            "traceorder": "reversed",
        },
        "annotations": [],
    }  # fmt: skip
    for n, role in enumerate(roles):
        end = "" if n == 0 else "2"
        left, right = (n + 0.02 * n) / len(roles), (n + 1 - 0.02 * (len(roles) - 1 - n)) / len(roles)
        layout |= {f"xaxis{end}": bare | {"domain": [left, min(1, right)], "matches": "x" if n else None}}
        layout |= {f"yaxis{end}": bare | {"anchor": f"x{end}", "matches": "y" if n else None}}
        title = {"text": role_name(role), "xref": "paper", "yref": "paper", "y": 1, "showarrow": False}
        layout["annotations"].append(title | {"x": (left + right) / 2, "yanchor": "bottom"})
    return layout


def _panel(points: pd.DataFrame, inside: np.ndarray, number: int) -> list[go.Scattergl]:
    """What matters most comes last, on top. Faint points can be selected like the others."""
    faint = {"color": NEUTRAL, "size": 3, "opacity": 0.25}
    traces = [_points(points[~inside], OUTSIDE, faint, number)]
    for kind, mark in reversed(KINDS.items()):
        look = {"color": mark.color, "symbol": mark.symbol, "size": SIZES[kind], "opacity": 0.8}
        traces.append(_points(points[inside & (points["kind"] == kind)], kind, look, number))
    return [trace for trace in traces if len(trace.x)]


def _points(part: pd.DataFrame, name: str, look: dict[str, Any], number: int) -> go.Scattergl:
    told = "image " + part["index"].astype(str) + ": " + part["label"] + "<br>taken for " + part["prediction"]
    return go.Scattergl(
        x=part["x"].to_numpy(),
        y=part["y"].to_numpy(),
        mode="markers",
        name=name,
        legendgroup=name,
        showlegend=number == 1,
        marker=look,
        customdata=part["index"].to_numpy(),
        hovertext=told.to_numpy(),
        hovertemplate="%{hovertext}<extra></extra>",
        xaxis=f"x{number}",
        yaxis=f"y{number}",
    )


def _ring(point: pd.DataFrame, role: str, number: int) -> go.Scatter:
    look = {"symbol": "circle-open", "size": 22, "color": role_mark(role).color, "line": {"width": 3}}
    return go.Scatter(
        x=point["x"].to_numpy(), y=point["y"].to_numpy(), mode="markers", marker=look, showlegend=False,
        hoverinfo="skip", xaxis=f"x{number}", yaxis=f"y{number}",
    )  # fmt: skip
