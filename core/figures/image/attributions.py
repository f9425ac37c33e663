"""Attribution maps of one image in every model, on one colour scale."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.escaping import in_figure
from core.figures.theme import Shown, blank, frame, in_role_order, role_name

COLUMNS = 3  # tiles in a row
CLIPPED = 99.5  # percentile of the absolute values where the colour scale ends
EXPLANATIONS = {
    "smoothgrad": "Red: a lighter pixel raises the logit; blue: it lowers the logit (logit per pixel unit).",
    "integrated_gradients": "Red pixels raise the logit, blue pixels lower it, compared with a black image. Their sum "
    "is the difference between the logits of the two images.",
    "grad_cam": "Lighter regions: the last feature maps contribute more to the logit.",
}


def attributions_table(maps: Mapping[str, np.ndarray], names: Sequence[str]) -> pd.DataFrame:
    """One row per role, logit and pixel: role, logit (its class), row, column, value.

    Args:
        maps: role -> (2, H, W).
        names: class names of the two logits.
    """
    frames = []
    for role in in_role_order(maps):
        for name, values in zip(names, maps[role], strict=True):
            rows, columns = np.indices(values.shape).reshape(2, -1)
            frames.append(pd.DataFrame({"role": role, "logit": name, "row": rows, "column": columns,
                                        "value": values.ravel()}))  # fmt: skip
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"role": [], "value": []})


def attributions(maps: Mapping[str, np.ndarray], names: Sequence[str], kind: str) -> Shown:
    """One tile per model: the map of the target logit above that of the strongest irrelevant logit.

    Args:
        maps: role -> float (2, H, W).
        names: class names of the two logits.
        kind: smoothgrad, integrated_gradients or grad_cam.
    """
    table = attributions_table(maps, names)
    if table.empty:
        return blank("There are no maps of this kind for these models.", table)
    roles = sorted(in_role_order(maps), key=lambda role: role == "initial")  # the control is last
    limit = _limit([maps[role] for role in roles if role != "initial"])
    gain = limit / _limit([maps["initial"]]) if "initial" in maps else 1.0
    titles = [f"{role_name(role)} (control, ×{gain:.2g})" if role == "initial" else role_name(role) for role in roles]
    lines = -(-len(roles) // COLUMNS)
    figure = make_subplots(
        lines, COLUMNS, subplot_titles=titles, horizontal_spacing=0.02, vertical_spacing=0.12 if lines > 1 else 0,
        figure=frame(76 + 280 * lines, margin={"l": 8, "r": 8, "t": 28, "b": 48}),
    )  # fmt: skip
    for n, role in enumerate(roles):
        tile = _tile(maps[role], names, role_name(role), gain if role == "initial" else 1.0)
        figure.add_trace(tile, row=n // COLUMNS + 1, col=n % COLUMNS + 1)
    height = maps[roles[0]].shape[1]
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain", constraintoward="top")
    for n in range(lines * COLUMNS):
        axis = f"{n + 1}" if n else ""
        figure.layout[f"yaxis{axis}"].scaleanchor = f"x{axis}"
    middles = [(height - 1) / 2, height + 1 + (height - 1) / 2]
    figure.update_yaxes(visible=True, showgrid=False, zeroline=False, tickvals=middles,
                        ticktext=[*map(in_figure, names)], tickangle=-90, ticks="", col=1)  # fmt: skip
    signed = {"colorscale": "RdBu_r", "cmin": -limit, "cmax": limit}
    scale = signed if kind != "grad_cam" else {"colorscale": "Cividis", "cmin": 0, "cmax": limit}
    bar = {"orientation": "h", "y": 0, "yanchor": "top", "thickness": 10, "tickformat": "~g", "nticks": 5}
    figure.update_layout(coloraxis=scale | {"colorbar": bar})
    figure.update_annotations(font_size=13)
    control = (
        " The control is the untrained network, with its values multiplied by the factor in its title. If another map "
        "looks like the control's, it shows the image itself, not what was learned."
        if "initial" in maps
        else ""
    )
    return Shown(
        figure,
        table,
        f"Top: logit of {names[0]} (c). Bottom: logit of {names[1]} (strongest c'). {EXPLANATIONS[kind]} All models "
        f"share one colour scale.{control}",
        f"Maps of {len(roles)} models for the logits of {names[0]} and {names[1]}.",
    )


def _tile(maps: np.ndarray, names: Sequence[str], title: str, gain: float) -> go.Heatmap:
    """Two maps, one above the other, with an empty row between them."""
    _, _, width = maps.shape
    values = np.concatenate([maps[0], np.full((1, width), np.nan), maps[1]])
    logits = np.repeat([*map(in_figure, names)], [len(maps[0]) + 1, len(maps[1])])
    hover = f"{title}, %{{text}}: %{{customdata:.3g}}<extra></extra>"
    return go.Heatmap(
        z=values * gain, customdata=values, text=np.tile(logits[:, None], width), coloraxis="coloraxis",
        hovertemplate=hover, hoverongaps=False,
    )  # fmt: skip


def _limit(maps: Sequence[np.ndarray]) -> float:
    """End of the colour scale: a percentile, so that a few outliers don't make all other pixels pale."""
    return float(np.percentile(np.abs(maps), CLIPPED)) or 1.0
