"""Thumbnails with a caption below each: a sign for what became of the image, and what a model takes it for."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.slices import NO_GOLD, OTHER_OUTCOMES, OUTCOMES
from core.figures.theme import ROLES, Mark, Shown, blank, cut_short, frame
from core.figures.thumbnails import outline, png_url, targets

COLUMNS = 6
ROW = 84  # pixels: a picture and its caption
PIXELS = 48  # of a picture, at least
LETTERS = 7  # of a class's name in a caption: more would run into the next one on a laptop

# As gold has gold's colour; not forgotten that of the original, which knew the image; the rest that of the unlearned.
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
    """The argument of ``tiles``, without what is only drawn."""
    return about.reset_index(drop=True)


def tiles(images: np.ndarray, about: pd.DataFrame, selected: int | None = None) -> Shown:
    """A grid of captioned thumbnails, row by row. Every tile's customdata is the image's id.

    Args:
        images: uint8 (N, C, H, W).
        about: one row per image: ``index`` (its id) first; outcome and taken (the class in the caption) among what is
            shown on hovering, by column name.
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
    places = table.assign(x=x, y=y)
    figure.add_traces(
        [targets(x, y, table).update(showlegend=False), captions(places), *legend_entries(table["outcome"])]
    )
    counts = table["outcome"].value_counts()
    return Shown(
        figure,
        table,
        "Below each image what the model takes it for. Click an image to open it.",
        f"Grid of {len(table)} images: {', '.join(f'{count} {name}' for name, count in counts.items())}.",
    )


def grid(count: int, columns: int = COLUMNS) -> tuple[np.ndarray, np.ndarray]:
    """The places of so many tiles: column and row, from 0."""
    place = np.arange(count)
    return place % columns, place // columns


def x_axis(columns: int) -> dict[str, Any]:
    """Room for the columns; no zoom, so that a finger can scroll past."""
    return {"range": [-0.5, columns - 0.5], "visible": False, "fixedrange": True}


def y_axis(rows: int, above: float = 0) -> dict[str, Any]:
    """Room for the rows, the first on top, and for something as high as ``above`` rows over them."""
    return {"range": [rows - 0.5, -0.5 - above], "visible": False, "fixedrange": True}


def pictures(images: np.ndarray, x: np.ndarray, y: np.ndarray, **axes: str) -> list[dict[str, Any]]:
    """The images (N, C, H, W) in the upper part of their tiles, for ``layout.images``."""
    at = {"sizex": 0.92, "sizey": 0.7, "xanchor": "center", "yanchor": "middle", "xref": "x", "yref": "y"} | axes
    return [
        {"source": png_url(image, PIXELS), "x": a, "y": b - 0.13, **at}
        for image, a, b in zip(images, x.tolist(), y.tolist(), strict=True)
    ]


def captions(tiles: pd.DataFrame, **place: str) -> go.Scatter:
    """A sign and a word below each image; without hovering and without an entry in the legend.

    Args:
        tiles: x, y, outcome, taken.
        place: the axes, where they are not the first.
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
        **place,
    ).update(said(tiles["outcome"], tiles["taken"]))


def said(outcomes: Iterable[str], taken: Iterable[str]) -> dict[str, Any]:
    """What captions say: the part of the trace that an animation changes."""
    looks = [OUTCOME_MARKS[name] for name in outcomes]
    signs = {"color": [mark.color for mark in looks], "symbol": [mark.symbol for mark in looks]}
    return {"text": [cut_short(word, LETTERS) for word in taken], "marker": signs}


def legend_entries(outcomes: Iterable[str], **place: str) -> list[go.Scatter]:
    """What the signs mean, for outcomes in the order of ``OUTCOME_MARKS``."""
    present = set(outcomes)
    return [
        go.Scatter(x=[None], y=[None], name=name, mode="markers", hoverinfo="skip", **place,
                   marker={"color": mark.color, "symbol": mark.symbol, "size": 9})
        for name, mark in OUTCOME_MARKS.items()
        if name in present
    ]  # fmt: skip
