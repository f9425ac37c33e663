"""Thumbnails: images as PNG data URLs and grids of them; and the number of forget images per class."""

from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from PIL import Image

from core.errors import InvalidSpec
from core.escaping import in_figure
from core.figures.many_classes import cut_sentence, drawn_classes
from core.figures.theme import SPLIT_NAMES, SPLITS, Shown, blank, frame

TILE = 64  # pixels a side
COLUMNS = 12
GAP_GREY = 128  # between images; visible on light and dark pages
PAPER_GREY, CROSS_GREY = 190, 150  # of a placeholder
MAX_CLASSES = 40  # bars
MAX_NAMED = 10  # classes in the text for screen readers


def png_url(image: np.ndarray, pixels: int = TILE) -> str:
    """The image as a PNG data URL, enlarged by a whole factor because browsers blur images that they enlarge.

    Args:
        image: uint8 (C, H, W), one channel (grey) or three (RGB).
        pixels: the longer side is enlarged to at least this many.

    Raises:
        InvalidSpec: the shape or type is another one.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[0] not in (1, 3):
        raise InvalidSpec(
            f"an image of {image.dtype} {image.shape} cannot be shown: allowed is uint8 (C, H, W) with 1 or 3 channels"
        )
    return _encoded(image.tobytes(), image.shape, pixels)


@lru_cache(maxsize=4096)
def _encoded(data: bytes, shape: tuple[int, int, int], pixels: int) -> str:
    factor = -(-pixels // max(shape[1:]))
    rows = np.frombuffer(data, np.uint8).reshape(shape).transpose(1, 2, 0).repeat(factor, axis=0).repeat(factor, axis=1)
    png = BytesIO()
    Image.fromarray(rows.squeeze(2) if shape[0] == 1 else rows).save(png, "PNG")
    return f"data:image/png;base64,{b64encode(png.getvalue()).decode()}"


def placeholder(shape: tuple[int, int, int]) -> np.ndarray:
    """A stand-in for a missing image: uint8 (C, H, W), grey with a diagonal cross."""
    _, height, width = shape
    rows, columns = np.indices((height, width))
    cross = (rows * width // height == columns) | ((height - 1 - rows) * width // height == columns)
    return np.broadcast_to(np.where(cross, CROSS_GREY, PAPER_GREY).astype(np.uint8), shape).copy()


def contact_sheet(images: np.ndarray, columns: int = COLUMNS) -> np.ndarray:
    """One image uint8 (C, H, W) of all images uint8 (N, C, H, W), row by row, one pixel apart; N is at least 1."""
    count, channels, height, width = images.shape
    rows = -(-count // columns)
    sheet = np.full((channels, rows * (height + 1) - 1, columns * (width + 1) - 1), GAP_GREY, np.uint8)
    for n, image in enumerate(images):
        y, x = n // columns * (height + 1), n % columns * (width + 1)
        sheet[:, y : y + height, x : x + width] = image
    return sheet


def thumbnail_grid_table(images: np.ndarray, about: pd.DataFrame) -> pd.DataFrame:
    """``about`` with a second column ``image``, the images as PNG data URLs."""
    table = about.reset_index(drop=True)
    table.insert(1, "image", [png_url(image) for image in images])
    return table


def thumbnail_grid(images: np.ndarray, about: pd.DataFrame, columns: int = COLUMNS) -> Shown:
    """A grid of thumbnails, row by row. Every tile's customdata is the image's id.

    Args:
        images: uint8 (N, C, H, W).
        about: one row per image: ``index`` (its id) first; all columns are shown on hover.
    """
    table = thumbnail_grid_table(images, about)
    if table.empty:
        return blank("There are no images to show.", table)
    place = np.arange(len(table))
    x, y = place % columns, place // columns
    figure = frame(
        TILE * (int(y[-1]) + 1), showlegend=False, hovermode="closest", margin={"l": 0, "r": 0, "t": 0, "b": 0}
    )
    size = {"xref": "x", "yref": "y", "sizex": 0.94, "sizey": 0.94, "xanchor": "center", "yanchor": "middle"}
    figure.update_layout(
        images=[{"source": url, "x": a, "y": b, **size} for url, a, b in zip(table["image"], x, y, strict=True)],
    )
    figure.add_trace(targets(x, y, table.drop(columns="image")))
    # Square tiles in the upper left corner at any width; no zoom, so that touch scrolls the page.
    still = {"visible": False, "fixedrange": True, "constrain": "domain"}
    figure.update_xaxes(range=[-0.5, columns - 0.5], constraintoward="left", **still)
    figure.update_yaxes(range=[y[-1] + 0.5, -0.5], constraintoward="top", scaleanchor="x", **still)
    return Shown(figure, table, "Click an image to select it.", f"Grid of {len(table)} images.")


def class_counts_table(labels: np.ndarray, forgotten: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """Images per class: class, forget, retain.

    Args:
        labels: int (N,), of the training images.
        forgotten: bool (N,), which of them are in the forget set.
        names: of the classes (or sub-classes) by label.
    """
    forget = np.bincount(labels[forgotten], minlength=len(names))
    retain = np.bincount(labels[~forgotten], minlength=len(names))
    return pd.DataFrame({"class": list(names), "forget": forget, "retain": retain})


def class_counts(labels: np.ndarray, forgotten: np.ndarray, names: Sequence[str]) -> Shown:
    """Stacked bars: training images (y) per class (x), forget set hatched below, retain set pale above.

    Beyond ``MAX_CLASSES`` classes those with forget images are drawn first; the table has all.
    """
    table = class_counts_table(labels, forgotten, names)
    drawn = table.loc[drawn_classes(table["forget"] > 0, table["forget"], MAX_CLASSES, others=0)]
    figure = frame(260, barmode="stack", bargap=0.2, legend_traceorder="normal")
    hatched = {"shape": "/", "fillmode": "overlay", "fgcolor": "white", "fgopacity": 0.6, "solidity": 0.25}
    for split, look in (("forget", {"pattern": hatched}), ("retain", {"opacity": 0.5})):
        figure.add_trace(
            go.Bar(
                x=drawn["class"].map(in_figure),
                y=drawn[split],
                name=SPLIT_NAMES[split],
                marker={"color": SPLITS[split].color, **look},
                hovertemplate=f"%{{x}}: %{{y}} to {split}<extra></extra>",
            )
        )
    figure.update_xaxes(type="category")
    figure.update_yaxes(title_text="Training images")
    return Shown(
        figure,
        table,
        "Hatched: images to forget. Pale: retained images. A fully hatched class is forgotten completely."
        + cut_sentence(len(drawn), len(table), "those with the most images to forget"),
        f"To forget: {_class_list(table[table['forget'] > 0])}.",
    )


def _class_list(touched: pd.DataFrame) -> str:
    first = [f"{row['forget']} of {row['forget'] + row['retain']} {row['class']}"
             for _, row in touched.head(MAX_NAMED).iterrows()]  # fmt: skip
    rest = touched["forget"].iloc[MAX_NAMED:]
    return ", ".join(first) + (f" and {rest.sum():,} images of {len(rest):,} other classes" if len(rest) else "")


def outline(x: float, y: float) -> dict[str, Any]:
    """A frame around the tile in column x and row y."""
    corners = {"x0": x - 0.48, "x1": x + 0.48, "y0": y - 0.48, "y1": y + 0.48}
    return {"type": "rect", **corners, "line": {"color": SPLITS["forget"].color, "width": 4}}


def targets(x: np.ndarray, y: np.ndarray, about: pd.DataFrame) -> go.Scatter:
    """Transparent squares over the tiles: they take clicks and show the hover text."""
    lines = [
        "<br>".join(f"{name} {in_figure(str(value))}" for name, value in row.items())
        for row in about.to_dict("records")
    ]
    return go.Scatter(
        x=x,
        y=y,
        mode="markers",
        marker={"symbol": "square", "size": TILE - 8, "color": "rgba(0,0,0,0)"},
        unselected={"marker": {"opacity": 1}},
        customdata=about["index"],
        hovertext=lines,
        hovertemplate="%{hovertext}<extra></extra>",
    )
