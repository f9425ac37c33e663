"""The Gold comparison page: flipped predictions near the forget set and far from it."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.figures.theme import ROLES, Shown, blank, frame, role_name

GROUPS = 10


def flips_table(collateral: pd.DataFrame) -> pd.DataFrame:
    """Up to ``GROUPS`` groups of equally many images, by distance to the forget set: group (1 is nearest), low and high
    (distances), images, unlearned and gold (shares of the images whose prediction differs from the original's).

    Args:
        collateral: of ``core.analysis.collateral``.
    """
    near = collateral.sort_values("distance")
    group = np.arange(len(near)) * min(GROUPS, len(near)) // max(len(near), 1) + 1
    groups = near.groupby(group).agg(
        low=("distance", "min"),
        high=("distance", "max"),
        images=("index", "size"),
        unlearned=("flipped", "mean"),
        gold=("gold_flipped", "mean"),
    )
    return groups.rename_axis("group").reset_index()


def flips(collateral: pd.DataFrame) -> Shown:
    """Share of retain and test images whose prediction flipped (y), in unlearned and gold, by distance to the forget
    set (x)."""
    table = flips_table(collateral)
    if table.empty:
        return blank("There are no images besides the forget set.", table)
    figure = frame(300, hovermode="x unified")
    for role in ("gold", "unlearned"):
        if table[role].notna().any():
            figure.add_trace(
                go.Scatter(
                    x=table["group"],
                    y=table[role],
                    mode="lines+markers",
                    name=role_name(role),
                    line={"color": ROLES[role].color, "dash": ROLES[role].dash, "width": 2},
                    marker={"symbol": ROLES[role].symbol, "size": 10},
                    hovertemplate="%{y:.1%}",
                )
            )
    figure.update_xaxes(
        title_text="Retain and test images, by distance to the forget set",
        tickvals=[1, len(table)], ticktext=["nearest", "farthest"], showgrid=False,
    )  # fmt: skip
    figure.update_yaxes(title_text="Prediction flipped", tickformat=".0%", rangemode="tozero")
    first = table.iloc[0]
    return Shown(
        figure,
        table,
        "Every point is a group of equally many images, by pixel distance to the forget set. Retraining also flips "
        "some predictions; where the diamonds are above the stars, the method flips more than retraining does.",
        f"Of the images nearest to the forget set {first['unlearned']:.1%} flipped"
        + ("." if pd.isna(first["gold"]) else f", in gold {first['gold']:.1%}."),
        ("unlearned", "gold"),
    )
