"""What the figures of all methods share: one row per variant, grouped by track, and the names of gold's sides."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.method_comparison import NOTHING, WITHIN
from core.figures.theme import ROLES, frame

DATA_TRACKS = {
    "nothing": "References",
    "forget": "Forget set (stop: class accuracy)",
    "retain": "With retain data",
}
GOLDS = "Gold against gold"
SIDE_NAMES = {
    "below": "below gold (in FA: over-forgotten)",
    "above": "above gold (in FA: under-forgotten)",
    "within": "within gold spread",
    "unknown": "gold spread unknown",
}
NO_GOLD = "There is no gold model to compare with."
ROW = 30  # pixels


def row_positions(compare_variants: pd.DataFrame) -> dict[str, int]:
    """Row of every variant, counted from the top; every track has a heading row."""
    methods = compare_variants.drop_duplicates("method").groupby("track")["method"].agg(list)
    order = [DATA_TRACKS["nothing"], NOTHING, GOLDS]
    for track in ("forget", "retain"):
        if track in methods:
            order += [DATA_TRACKS[track], *methods[track]]
    return {name: row for row, name in enumerate(order)}


def row_frame(compare_variants: pd.DataFrame, chosen: str) -> go.Figure:
    """An empty figure of these rows, with a frame around the variant with the run ``chosen``."""
    rows = row_positions(compare_variants)
    framed = set(compare_variants.loc[(compare_variants["run"] == chosen) & (chosen != ""), "method"])
    figure = frame(ROW * len(rows) + 90, hovermode="closest")
    texts = [f"<b>{name}</b>" if name in (*DATA_TRACKS.values(), *framed) else name for name in rows]
    figure.update_yaxes(
        tickvals=list(rows.values()), ticktext=[text.replace(", ", "<br>", 1) for text in texts],
        range=[len(rows) - 0.4, -0.6], showgrid=False, zeroline=False, fixedrange=True, ticklen=0,
    )  # fmt: skip
    for name in framed:
        figure.add_shape(type="rect", x0=0, x1=1, xref="x domain", y0=rows[name] - 0.5, y1=rows[name] + 0.5,
                         line={"color": ROLES["unlearned"].color, "width": 2})  # fmt: skip
    return figure


def sides(compare_variants: pd.DataFrame) -> pd.Series:
    """The key in ``SIDE_NAMES`` of every row."""
    side = pd.Series(np.where(compare_variants["difference"] > 0, "above", "below"), index=compare_variants.index)
    return side.mask(compare_variants["verdict"] == WITHIN, "within").mask(compare_variants["floor"].isna(), "unknown")


def legend_entry(name: str, color: str) -> go.Scatter:
    """A legend entry with a square, without points."""
    marker = {"color": color, "symbol": "square", "size": 11}
    return go.Scatter(x=[None], y=[None], mode="markers", name=name, marker=marker)
