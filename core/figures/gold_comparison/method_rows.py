"""What the figures of all methods share: a row per way of running one, by track, and the side of gold as a look."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.method_comparison import NOTHING, WITHIN
from core.figures.theme import ROLES, frame

DATA_TRACKS = {"nothing": "References", "forget": "Forget set only", "retain": "With retain data"}
GOLDS = "Gold against gold"
SIDE_NAMES = {
    "below": "below gold (in FA: over-forgotten)",
    "above": "above gold (in FA: under-forgotten)",
    "within": "within gold spread",
    "unknown": "gold spread unknown",
}
NO_GOLD = "There is no gold model to compare with."
ROW = 30  # pixels


def row_places(compare_variants: pd.DataFrame) -> dict[str, int]:
    """Place of every way from the top; the names of the tracks are rows of their own."""
    ways = compare_variants.drop_duplicates("way").groupby("track")["way"].agg(list)
    order = [DATA_TRACKS["nothing"], NOTHING, GOLDS]
    for track in ("forget", "retain"):
        if track in ways:
            order += [DATA_TRACKS[track], *ways[track]]
    return {name: place for place, name in enumerate(order)}


def row_frame(compare_variants: pd.DataFrame, chosen: str) -> go.Figure:
    """The empty figure of these rows, with a frame around the one that holds the run ``chosen``."""
    rows = row_places(compare_variants)
    held = set(compare_variants.loc[(compare_variants["run"] == chosen) & (chosen != ""), "way"])
    figure = frame(ROW * len(rows) + 90, hovermode="closest")
    texts = [f"<b>{name}</b>" if name in (*DATA_TRACKS.values(), *held) else name for name in rows]
    figure.update_yaxes(
        tickvals=list(rows.values()), ticktext=[text.replace(", ", "<br>", 1) for text in texts],
        range=[len(rows) - 0.4, -0.6], showgrid=False, zeroline=False, fixedrange=True, ticklen=0,
    )  # fmt: skip
    for name in held:
        figure.add_shape(type="rect", x0=0, x1=1, xref="x domain", y0=rows[name] - 0.5, y1=rows[name] + 0.5,
                         line={"color": ROLES["unlearned"].color, "width": 2})  # fmt: skip
    return figure


def sides(compare_variants: pd.DataFrame) -> pd.Series:
    """The key in ``SIDE_NAMES`` of every row."""
    side = pd.Series(np.where(compare_variants["difference"] > 0, "above", "below"), index=compare_variants.index)
    return side.mask(compare_variants["verdict"] == WITHIN, "within").mask(compare_variants["floor"].isna(), "unknown")


def legend_entry(name: str, color: str) -> go.Scatter:
    """A square in the legend, without points."""
    marker = {"color": color, "symbol": "square", "size": 11}
    return go.Scatter(x=[None], y=[None], mode="markers", name=name, marker=marker)
