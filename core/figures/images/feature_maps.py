"""The feature map of the Images page: features of the original and of another model in one plane."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.slices import Images
from core.escaping import in_figure
from core.figures.theme import NEUTRAL, SPLITS, Mark, Shown, frame, role_mark, role_name

HEIGHT = 640
# Other images of the forgotten class have the forget set's colour with an open symbol; its neighbours retain's colour.
KINDS = {
    "Forget set": Mark(SPLITS["forget"].color, "triangle-down"),
    "Its class": Mark(SPLITS["forget"].color, "triangle-down-open"),
    "Nearest retained": Mark(SPLITS["retain"].color, "diamond"),
    "Others": Mark(NEUTRAL, "circle"),
}
SIZES = {"Forget set": 9, "Its class": 8, "Nearest retained": 9, "Others": 5}
OUTSIDE = "Outside the slice"


def feature_maps_table(positions: pd.DataFrame, images: Images, role: str, classes: Sequence[str]) -> pd.DataFrame:
    """Points of the original and one other model: role, index, x, y, kind (of ``KINDS``), label, prediction.

    Args:
        positions: the run's table ``map``: role, index, x, y, nearest.
        classes: names by label.
    """
    shown = positions[positions["role"].isin(("original", role))]
    at = images.about["index"].searchsorted(shown["index"])
    about = images.about.iloc[at]
    forget = (about["split"] == "forget").to_numpy()
    by = "label" if images.about["subclass"].isna().all() else "subclass"
    removed = about.loc[forget, by].unique()
    everywhere = len(removed) == images.about[by].nunique()  # then every image belongs to a forgotten class
    same_class = np.zeros(len(about), bool) if everywhere else about[by].isin(removed).to_numpy(dtype=bool)
    kind = np.select([forget, same_class, shown["nearest"]], list(KINDS)[:3], "Others")
    predicted = np.where(shown["role"] == "original", *(images.values["prediction"][r].to_numpy()[at]
                                                   for r in ("original", role)))  # fmt: skip
    names = np.array(classes, dtype=object)
    return pd.DataFrame(
        {
            **{name: shown[name].to_numpy() for name in ("role", "index", "x", "y")},
            "kind": kind,
            "label": names[about["label"]],
            "prediction": names[predicted.astype(int)],
        }
    )


def feature_maps(
    positions: pd.DataFrame,
    images: Images,
    role: str,
    mask: np.ndarray,
    about: Mapping[str, Any],
    classes: Sequence[str],
    selected: int | None = None,
) -> Shown:
    """One point per image in each of two linked panels, the original's and another model's; customdata is its id.

    Args:
        positions, images, classes: as in ``feature_maps_table``.
        role: the other model.
        mask: bool (N,), the images of the slice, in the order of ``images.about``; others are drawn faintly.
        about: ``explained`` and ``fit`` of the result's map.
        selected: id of the image to mark with a ring.
    """
    table = feature_maps_table(positions, images, role, classes)
    inside = mask[images.about["index"].searchsorted(table["index"])]
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
        f"One point per image, by its features before the last layer. {_aligned(role, about)} Axes: the first two "
        f"principal components of the original's features, {sum(about['explained']):.0%} of their variance. Lasso or "
        "box (in the toolbar) filters the images below; a click opens one.",
        f"Map of {len(table) // len(roles)} images in {' and '.join(role_name(name) for name in roles)}; "
        f"{(table['kind'] == 'Forget set').sum() // len(roles)} are forget images.",
    )


def _aligned(role: str, about: Mapping[str, Any]) -> str:
    if role == "original":
        return ""
    return (
        f"Features of {role_name(role)} are aligned to the original's by orthogonal Procrustes on retained images; "
        f"they explain {about['fit'][role]:.0%} of the original's variance there."
    )


def _panels(roles: Sequence[str]) -> dict[str, Any]:
    """Layout of linked panels side by side (``make_subplots`` is slower than all the rest of the figure)."""
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
    """Traces of one panel, the most important ones last, on top. Faint points can be selected, too."""
    faint = {"color": NEUTRAL, "size": 3, "opacity": 0.25}
    traces = [_points(points[~inside], OUTSIDE, faint, number)]
    for kind, mark in reversed(KINDS.items()):
        look = {"color": mark.color, "symbol": mark.symbol, "size": SIZES[kind], "opacity": 0.8}
        traces.append(_points(points[inside & (points["kind"] == kind)], kind, look, number))
    return [trace for trace in traces if len(trace.x)]


def _points(part: pd.DataFrame, name: str, look: dict[str, Any], number: int) -> go.Scattergl:
    label, prediction = (part[name].map(in_figure) for name in ("label", "prediction"))
    text = "image " + part["index"].astype(str) + ": " + label + "<br>predicted " + prediction
    return go.Scattergl(
        x=part["x"].to_numpy(),
        y=part["y"].to_numpy(),
        mode="markers",
        name=name,
        legendgroup=name,
        showlegend=number == 1,
        marker=look,
        customdata=part["index"].to_numpy(),
        hovertext=text.to_numpy(),
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
