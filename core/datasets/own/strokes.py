"""A drawing made of strokes, as the image that a model sees."""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from PIL import Image, ImageDraw
from pydantic import Field

from core.errors import InvalidSpec
from core.specs.base import Spec

PEN = 0.09  # width of the pen, as a share of the drawing's side; about that of MNIST's strokes
FINE = 8  # strokes are drawn on so many times the pixels, for smooth edges
GLYPH = 20 / 28  # the longer side of a digit of MNIST, as a share of its image
SMALL = 16  # pixels per side; in smaller images a digit has no margin
MAX_STROKES, MAX_POINTS = 500, 20_000

Place = Annotated[float, Field(ge=-1, le=2)]  # 0 to 1 inside the drawing; a stroke may leave it


class Stroke(Spec):
    """A line drawn by hand, or a filled box given by two of its corners.

    Attributes:
        ink: grey value, 0 to 255.
        points: x and y, as shares of the drawing's side, from its upper left corner.
    """

    box: bool = False
    ink: int = Field(255, ge=0, le=255)
    points: tuple[tuple[Place, Place], ...] = Field(min_length=1, max_length=MAX_POINTS)


def read_strokes(values: Sequence[dict[str, Any]]) -> tuple[Stroke, ...]:
    """Strokes as the browser sends them.

    Raises:
        InvalidSpec: they are too many, or one is not valid.
    """
    strokes = tuple(Stroke.parse(value) for value in values[: MAX_STROKES + 1])
    if len(strokes) > MAX_STROKES or sum(len(stroke.points) for stroke in strokes) > MAX_POINTS:
        raise InvalidSpec(f"the drawing is too long; at most {MAX_STROKES} strokes of {MAX_POINTS:,} points are kept")
    return strokes


def draw_digit(strokes: Sequence[Stroke], side: int) -> np.ndarray:
    """Light strokes on black as MNIST has its digits: uint8 (side, side), black where there is no ink.

    Smooth edges; the longer side of what is drawn has 20 of 28 pixels, all pixels of images below ``SMALL``; the centre
    of mass is in the middle, to the pixel, as far as nothing is cut off.
    """
    longer = round(side * GLYPH) if side >= SMALL else side
    pen = PEN * side
    inked = np.concatenate([stroke.points for stroke in strokes if stroke.ink] or [((0.0, 0.0),)])
    corner, extent = inked.min(axis=0), np.ptp(inked, axis=0).max()
    scale = (longer - pen) / extent if extent > 0 else 0.0
    paper = Image.new("L", (round((longer + pen) * FINE),) * 2)
    for stroke in strokes:
        _draw(paper, (np.array(stroke.points) - corner) * scale * FINE + pen * FINE, pen * FINE, stroke)
    found = paper.getbbox()
    image = np.zeros((side, side), np.uint8)
    if found is None:
        return image
    glyph = paper.crop(found)
    size = [max(1, round(length * longer / max(glyph.size))) for length in glyph.size]
    rows = np.asarray(glyph.resize((size[0], size[1]), Image.Resampling.BOX))
    top, left = (_centred(rows.sum(axis=1 - axis), side) for axis in (0, 1))
    image[top : top + len(rows), left : left + rows.shape[1]] = rows
    return image


def draw_over(strokes: Sequence[Stroke], image: np.ndarray) -> np.ndarray:
    """The strokes over an image uint8 (C, H, W), where and as large as they were drawn."""
    height, width = image.shape[1:]
    drawn = image.astype(float)
    for stroke in strokes:
        cover = Image.new("L", (width * FINE, height * FINE))
        places = np.array(stroke.points) * (width * FINE, height * FINE)
        _draw(cover, places, PEN * min(cover.size), stroke.replace(ink=255))
        share = np.asarray(cover.resize((width, height), Image.Resampling.BOX)) / 255
        drawn += share * (stroke.ink - drawn)
    return drawn.round().astype(np.uint8)


def _draw(paper: Image.Image, places: np.ndarray, pen: float, stroke: Stroke) -> None:
    """One stroke, round at its ends and joints.

    Args:
        places: (N, 2), in pixels of the paper, as is the width of the pen.
    """
    canvas = ImageDraw.Draw(paper)
    if stroke.box:
        low, high = places.min(axis=0), places.max(axis=0)
        canvas.rectangle([*low, *np.maximum(high - 1, low)], fill=stroke.ink)  # both ends are inside
        return
    canvas.line([tuple(place) for place in places.tolist()], fill=stroke.ink, width=round(pen))
    for x, y in places.tolist():
        canvas.ellipse([x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2], fill=stroke.ink)


def _centred(mass: np.ndarray, side: int) -> int:
    """Where something begins whose mass along one axis is given, so that its centre is in the middle of ``side``."""
    centre = float(np.average(np.arange(len(mass)), weights=mass))
    return min(max(round((side - 1) / 2 - centre), 0), side - len(mass))
