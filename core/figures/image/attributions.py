"""Attribution maps of one image, side by side over the models, on one colour scale."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.theme import Shown, blank, frame, in_role_order, role_name

COLUMNS = 3  # tiles in a line
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
    """A tile per model: the map of the target logit above that of the strongest irrelevant one.

    Args:
        maps: role -> float (2, H, W).
        names: of the two logits' classes.
        kind: smoothgrad, integrated_gradients or grad_cam.
    """
    table = attributions_table(maps, names)
    if table.empty:
        return blank("These models have no such maps of this image.", table)
    roles = sorted(in_role_order(maps), key=lambda role: role == "initial")  # the control last
    limit = _limit([maps[role] for role in roles if role != "initial"])
    finer = limit / _limit([maps["initial"]]) if "initial" in maps else 1.0
    titles = [f"{role_name(role)} (control, ×{finer:.2g})" if role == "initial" else role_name(role) for role in roles]
    lines = -(-len(roles) // COLUMNS)
    figure = make_subplots(
        lines, COLUMNS, subplot_titles=titles, horizontal_spacing=0.02, vertical_spacing=0.12 if lines > 1 else 0,
        figure=frame(76 + 280 * lines, margin={"l": 8, "r": 8, "t": 28, "b": 48}),
    )  # fmt: skip
    for n, role in enumerate(roles):
        tile = _tile(maps[role], names, role_name(role), finer if role == "initial" else 1.0)
        figure.add_trace(tile, row=n // COLUMNS + 1, col=n % COLUMNS + 1)
    height = maps[roles[0]].shape[1]
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain", constraintoward="top")
    for n in range(lines * COLUMNS):
        axis = f"{n + 1}" if n else ""
        figure.layout[f"yaxis{axis}"].scaleanchor = f"x{axis}"
    middles = [(height - 1) / 2, height + 1 + (height - 1) / 2]
    figure.update_yaxes(visible=True, showgrid=False, zeroline=False, tickvals=middles, ticktext=list(names),
                        tickangle=-90, ticks="", col=1)  # fmt: skip
    signed = {"colorscale": "RdBu_r", "cmin": -limit, "cmax": limit}
    scale = signed if kind != "grad_cam" else {"colorscale": "Cividis", "cmin": 0, "cmax": limit}
    bar = {"orientation": "h", "y": 0, "yanchor": "top", "thickness": 10, "tickformat": "~g", "nticks": 5}
    figure.update_layout(coloraxis=scale | {"colorbar": bar})
    figure.update_annotations(font_size=13)
    control = (
        " The control is the untrained network, its faint maps made stronger as its title says: where another map "
        "looks like its, that shows the image, not what was learned."
        if "initial" in maps
        else ""
    )
    return Shown(
        figure,
        table,
        f"Above: the logit of {names[0]} (c); below: of {names[1]} (the strongest c'). {READ[kind]} One colour scale "
        f"for all models.{control}",
        f"{len(roles)} models, two maps each, of the logits of {names[0]} and {names[1]}.",
    )


def _tile(maps: np.ndarray, names: Sequence[str], title: str, stronger: float) -> go.Heatmap:
    """Two maps, one above the other, with a row of nothing between them."""
    _, _, width = maps.shape
    values = np.concatenate([maps[0], np.full((1, width), np.nan), maps[1]])
    called = np.repeat(names, [len(maps[0]) + 1, len(maps[1])])
    hover = f"{title}, %{{text}}: %{{customdata:.3g}}<extra></extra>"
    return go.Heatmap(
        z=values * stronger, customdata=values, text=np.tile(called[:, None], width), coloraxis="coloraxis",
        hovertemplate=hover, hoverongaps=False,
    )  # fmt: skip


def _limit(maps: Sequence[np.ndarray]) -> float:
    """Where the colour scale ends: a few outliers don't make the rest pale."""
    return float(np.percentile(np.abs(maps), CLIPPED)) or 1.0
