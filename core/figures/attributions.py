"""Attribution maps of one image, side by side over the models, on one colour scale."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.theme import Shown, blank, frame, in_role_order, role_name

CLIPPED = 99.5  # percentile of the absolute values where the colour scale ends
READ = {
    "smoothgrad": "Red: the logit rises where the pixel gets lighter; blue: it falls (logit per pixel unit).",
    "integrated_gradients": "Red pixels add to the logit, blue ones take from it, against a black image; together they "
    "make up its difference to that image's logit.",
    "grad_cam": "The lighter, the more the last feature maps speak for the logit there.",
}


def attributions_table(maps: Mapping[str, np.ndarray], names: Sequence[str]) -> pd.DataFrame:
    """One row per role, logit and pixel: role, logit (its class), row, column, value.

    Args:
        maps: role -> (2, H, W).
        names: of the two logits' classes.
    """
    frames = []
    for role in in_role_order(maps):
        for name, values in zip(names, maps[role], strict=True):
            rows, columns = np.indices(values.shape).reshape(2, -1)
            frames.append(pd.DataFrame({"role": role, "logit": name, "row": rows, "column": columns,
                                        "value": values.ravel()}))  # fmt: skip
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"role": [], "value": []})


def attributions(maps: Mapping[str, np.ndarray], names: Sequence[str], kind: str) -> Shown:
    """Maps of the target logit (upper row) and of the strongest irrelevant one (lower row) in every model (column).

    Args:
        maps: role -> float (2, H, W).
        names: of the two logits' classes.
        kind: smoothgrad, integrated_gradients or grad_cam.
    """
    table = attributions_table(maps, names)
    if table.empty:
        return blank("These models have no such maps of this image.", table)
    roles = in_role_order(maps)
    limit = _limit([maps[role] for role in roles if role != "initial"] or [maps["initial"]])
    finer = limit / _limit([maps["initial"]]) if "initial" in maps else 1.0
    titles = [
        f"{role_name(role)}<br>(control, ×{finer:.2g})" if role == "initial" else role_name(role) for role in roles
    ]
    figure = make_subplots(2, len(roles), horizontal_spacing=0.012, vertical_spacing=0.03, subplot_titles=titles,
                           figure=frame(300, margin={"l": 8, "r": 8, "t": 44, "b": 8}))  # fmt: skip
    for column, role in enumerate(roles, start=1):
        for row, values in enumerate(maps[role], start=1):
            drawn = values * finer if role == "initial" else values
            hover = f"{role_name(role)}, {names[row - 1]}: %{{customdata:.3g}}<extra></extra>"
            trace = go.Heatmap(z=drawn, customdata=values, coloraxis="coloraxis", hovertemplate=hover)
            figure.add_trace(trace, row=row, col=column)
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    for n in range(2 * len(roles)):
        name = "" if n == 0 else str(n + 1)
        figure.layout[f"yaxis{name}"].scaleanchor = f"x{name}"
    for row, name in enumerate(names):
        figure.update_yaxes(visible=True, showticklabels=False, title_text=name, row=row + 1, col=1)
    signed = {"colorscale": "RdBu_r", "cmin": -limit, "cmax": limit}
    scale = signed if kind != "grad_cam" else {"colorscale": "Cividis", "cmin": 0, "cmax": limit}
    bar = {"thickness": 10, "len": 0.9, "tickformat": "~g", "nticks": 5}
    figure.update_layout(coloraxis=scale | {"colorbar": bar})
    figure.update_annotations(font_size=12)
    control = (
        " The control is the untrained network, its faint maps made stronger as its title says: where another map "
        "looks like its, that shows the image, not what was learned."
        if "initial" in maps
        else ""
    )
    return Shown(
        figure,
        table,
        f"Upper row: the logit of {names[0]} (c); lower row: of {names[1]} (the strongest c'). {READ[kind]} One colour "
        f"scale for all models.{control}",
        f"{len(roles)} models, two maps each, of the logits of {names[0]} and {names[1]}.",
    )


def _limit(maps: Sequence[np.ndarray]) -> float:
    """Where the colour scale ends: a few outliers don't make the rest pale."""
    return float(np.percentile(np.abs(maps), CLIPPED)) or 1.0
