"""Target against irrelevant sensitivity of every image, in several models: the MU-Mis paper's Figure 2 in one plot."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from core.figures.theme import NEUTRAL, Shown, blank, frame, in_role_order, log_axis, role_mark, role_name
from core.metrics.catalogue import METRICS

ROLES_SHOWN = ("initial", "original", "unlearned")
MAX_POINTS = 300  # images per model


def norm_plane_table(samples: pd.DataFrame, split: str = "forget", roles: Sequence[str] = ROLES_SHOWN) -> pd.DataFrame:
    """One row per model and image measured: role, index, target_norm, irrelevant_norm.

    Args:
        samples: role, split, index and both norms.
    """
    rows = samples[(samples["split"] == split) & samples["role"].isin(roles)]
    return rows.dropna(subset=["target_norm"])[["role", "index", "target_norm", "irrelevant_norm"]].reset_index(
        drop=True
    )


def norm_plane(samples: pd.DataFrame, split: str = "forget", roles: Sequence[str] = ROLES_SHOWN) -> Shown:
    """Scatter plot: norm of the target logit's input gradient (x) against the mean over the irrelevant logits (y), on
    log scales, one colour per model. On the dotted line both are equal.

    Args:
        samples, split, roles: as in ``norm_plane_table``.
    """
    table = norm_plane_table(samples, split, roles)
    positive = table[(table["target_norm"] > 0) & (table["irrelevant_norm"] > 0)]
    if positive.empty:
        return blank("No sensitivities were measured on these images.", table)
    norms = positive[["target_norm", "irrelevant_norm"]].to_numpy(dtype=float)
    low, high = norms.min(), norms.max()
    line = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
    figure = frame(420, hovermode="closest")
    figure.add_trace(go.Scatter(x=[low, high], y=[low, high], mode="lines", line=line, name="equal", hoverinfo="skip"))
    for role in in_role_order(positive["role"]):
        figure.add_trace(_points(positive[positive["role"] == role].head(MAX_POINTS), role))
    axis = log_axis(low, high)
    figure.update_xaxes(title_text=METRICS["target_norm"].name, **axis)
    figure.update_yaxes(title_text=METRICS["irrelevant_norm"].name, **axis)
    right = (positive["target_norm"] > positive["irrelevant_norm"]).groupby(positive["role"]).mean()
    shares = ", ".join(f"{role_name(role)} {right[role]:.0%}" for role in in_role_order(positive["role"]))
    return Shown(
        figure,
        table,
        "One point per image and model. Right of the dotted line the target logit is the more sensitive one.",
        f"Share of images whose target logit is more sensitive: {shares}.",
    )


def _points(part: pd.DataFrame, role: str) -> go.Scatter:
    mark = role_mark(role)
    return go.Scatter(
        x=part["target_norm"],
        y=part["irrelevant_norm"],
        name=role_name(role),
        mode="markers",
        marker={"color": mark.color, "symbol": mark.symbol, "size": 7, "opacity": 0.7},
        customdata=part["index"],
        hovertemplate=f"{role_name(role)}, image %{{customdata}}<br>target %{{x:.3g}}, irrelevant %{{y:.3g}}"
        "<extra></extra>",
    )
