"""Thumbnails with a caption below each: a symbol for the image's outcome, and its predicted class."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.slices import NO_GOLD, OTHER_OUTCOMES, OUTCOMES
from core.escaping import in_figure
from core.figures.theme import ROLES, Mark, Shown, blank, frame, shortened
from core.figures.thumbnails import outline, png_url, targets

COLUMNS = 6
ROW = 84  # pixels: an image and its caption
PIXELS = 48  # of an image, at least
LETTERS = 7  # of a class name in a caption; longer ones overlap on a laptop

# "As gold" has gold's colour, "not forgotten" the original's (which knew the image), the last outcome unlearned's.
_LOOKS = (
    Mark(ROLES["gold"].color, "star-open"),
    Mark(ROLES["gold"].color, "star"),
    Mark(ROLES["original"].color, "circle"),
    Mark(ROLES["unlearned"].color, "x"),
)
OUTCOME_MARKS: dict[str, Mark] = {
    **dict(zip(OUTCOMES, _LOOKS, strict=True)),
    **dict(zip(OTHER_OUTCOMES, _LOOKS, strict=True)),
    **dict(zip(NO_GOLD, _LOOKS[2:], strict=True)),
}


def tiles_table(about: pd.DataFrame) -> pd.DataFrame:
    """The table of ``tiles``: its argument with a new row index."""
    return about.reset_index(drop=True)


def tiles(images: np.ndarray, about: pd.DataFrame, selected: int | None = None) -> Shown:
    """A grid of captioned thumbnails, row by row. Every tile's customdata is the image's id.

    Args:
        images: uint8 (N, C, H, W).
        about: one row per image: ``index`` (its id) first, with outcome and predicted (the class in the caption) among
            the columns; all columns are shown on hover.
        selected: id of the image to frame.
    """
    table = tiles_table(about)
    if table.empty:
        return blank("No image is in this slice.", table)
    x, y = grid(len(table))
    figure = frame(
        ROW * (int(y[-1]) + 1) + 40,
        hovermode="closest",
        modebar={"remove": ["toimage", "select", "lasso"]},
        margin={"l": 0, "r": 0, "t": 40, "b": 0},
        images=pictures(images, x, y),
        shapes=[outline(a, b) for a, b, index in zip(x, y, table["index"], strict=True) if index == selected],
        xaxis=x_axis(COLUMNS),
        yaxis=y_axis(int(y[-1]) + 1),
    )
    placed = table.assign(x=x, y=y)
    figure.add_traces(
        [targets(x, y, table).update(showlegend=False), captions(placed), *legend_entries(table["outcome"])]
    )
    counts = table["outcome"].value_counts()
    return Shown(
        figure,
        table,
        "Caption: predicted class. Click an image to open it.",
        f"Grid of {len(table)} images: {', '.join(f'{count} {name}' for name, count in counts.items())}.",
    )


def grid(count: int, columns: int = COLUMNS) -> tuple[np.ndarray, np.ndarray]:
    """Column and row of each of ``count`` tiles, from 0."""
    position = np.arange(count)
    return position % columns, position // columns


def x_axis(columns: int) -> dict[str, Any]:
    """An axis with room for the columns; no zoom, so that touch scrolls the page."""
    return {"range": [-0.5, columns - 0.5], "visible": False, "fixedrange": True}


def y_axis(rows: int, above: float = 0) -> dict[str, Any]:
    """An axis with room for the rows, the first on top, and for a header ``above`` rows high."""
    return {"range": [rows - 0.5, -0.5 - above], "visible": False, "fixedrange": True}


def pictures(images: np.ndarray, x: np.ndarray, y: np.ndarray, **axes: str) -> list[dict[str, Any]]:
    """Entries of ``layout.images``: the images (N, C, H, W), each in the upper part of its tile."""
    at = {"sizex": 0.92, "sizey": 0.7, "xanchor": "center", "yanchor": "middle", "xref": "x", "yref": "y"} | axes
    return [
        {"source": png_url(image, PIXELS), "x": a, "y": b - 0.13, **at}
        for image, a, b in zip(images, x.tolist(), y.tolist(), strict=True)
    ]


def captions(tiles: pd.DataFrame, **axes: str) -> go.Scatter:
    """A symbol and a class name below each image, without hover text and legend entry.

    Args:
        tiles: x, y, outcome, predicted.
        axes: names of the axes if they are not the first ones.
    """
    return go.Scatter(
        x=tiles["x"].to_numpy() - 0.36,
        y=tiles["y"].to_numpy() + 0.34,
        mode="markers+text",
        textposition="middle right",
        textfont={"size": 11},
        marker_size=9,
        unselected={"marker": {"opacity": 1}},
        hoverinfo="skip",
        showlegend=False,
        **axes,
    ).update(caption_update(tiles["outcome"], tiles["predicted"]))


def caption_update(outcomes: Iterable[str], predicted: Iterable[str]) -> dict[str, Any]:
    """Text and symbols of the captions: the part of the trace that an animation changes."""
    looks = [OUTCOME_MARKS[name] for name in outcomes]
    symbols = {"color": [mark.color for mark in looks], "symbol": [mark.symbol for mark in looks]}
    return {"text": [in_figure(shortened(name, LETTERS)) for name in predicted], "marker": symbols}


def legend_entries(outcomes: Iterable[str], **axes: str) -> list[go.Scatter]:
    """Legend entries of the outcomes that occur, in the order of ``OUTCOME_MARKS``."""
    present = set(outcomes)
    return [
        go.Scatter(x=[None], y=[None], name=name, mode="markers", hoverinfo="skip", **axes,
                   marker={"color": mark.color, "symbol": mark.symbol, "size": 9})
        for name, mark in OUTCOME_MARKS.items()
        if name in present
    ]  # fmt: skip
