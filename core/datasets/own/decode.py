"""Decodes one image file to 8-bit grey or RGB; files are not trusted.

EXIF orientation is applied. Values are scaled by the range of their type: 16 bits by 65,535, floats from 0 to 1.
Transparent parts become white.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import InvalidSpec
from core.specs import short

FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "PPM", "GIF", "TIFF")
SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".webp", ".ppm", ".pgm", ".pbm", ".pnm", ".gif", ".tif", ".tiff",
)  # fmt: skip
MAX_PIXELS = 64_000_000  # of one picture, before it is decoded
BITS_PER_SAMPLE, PHOTOMETRIC, SAMPLE_FORMAT = 258, 262, 339  # tags of TIFF
SIGNED = 2  # a SAMPLE_FORMAT


def read_header(file: IO[bytes]) -> tuple[tuple[int, int], bool]:
    """Width and height as stored (before EXIF rotation), and whether the image is grey; without decoding it.

    Raises:
        InvalidSpec: the file is refused; the message is a short reason.
    """
    with _opened(file) as picture:
        return picture.size, _is_grey(picture)


def decode(file: IO[bytes]) -> Image.Image:
    """Decodes an image to mode L if it is grey, else RGB.

    Raises:
        InvalidSpec: the file is refused; the message is a short reason.
    """
    with _opened(file) as picture:
        if getattr(picture, "is_animated", False) and picture.format != "MPO":  # a camera's JPEG with a preview
            raise InvalidSpec("several images in one file")
        white, inverted = _white(picture), _is_inverted(picture)
        upright = ImageOps.exif_transpose(picture)
        return _on_white(upright) if white is None else _scaled(upright, white, inverted)


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[Image.Image]:
    try:
        with Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InvalidSpec(f"{picture.width}x{picture.height} pixels, at most {MAX_PIXELS:,} are allowed")
            yield picture
    except (InvalidSpec, MemoryError):
        raise
    except UnidentifiedImageError:
        raise InvalidSpec("not an image") from None
    except Exception as error:  # damaged files make Pillow's readers raise errors of every kind
        raise InvalidSpec(f"damaged, {short(str(error))}") from None


def _is_grey(picture: Image.Image) -> bool:
    return picture.mode in ("1", "L", "LA", "La", "I", "F") or picture.mode.startswith("I;16")


def _white(picture: Image.Image) -> int | None:
    """The value of white in grey images with more than 8 bits; None for all others."""
    tags = getattr(picture, "tag_v2", {})
    if SIGNED in np.atleast_1d(tags.get(SAMPLE_FORMAT, ())):
        raise InvalidSpec("signed values of unknown range")
    if picture.mode.startswith("I;16"):
        return 2 ** np.atleast_1d(tags.get(BITS_PER_SAMPLE, 16))[0] - 1
    if picture.mode == "I" and picture.format != "PPM":
        raise InvalidSpec("32-bit values of unknown range")
    return {"I": 65_535, "F": 1}.get(picture.mode)


def _is_inverted(picture: Image.Image) -> bool:
    """Whether 0 is white; Pillow inverts only 8-bit images itself."""
    return getattr(picture, "tag_v2", {}).get(PHOTOMETRIC) == 0


def _scaled(picture: Image.Image, white: int, inverted: bool) -> Image.Image:
    raw = np.asarray(picture)
    values = raw.astype(np.float32) / white
    if not (values.min() >= 0 and values.max() <= 1):  # also true for NaN
        raise InvalidSpec(f"values from {raw.min():g} to {raw.max():g}, 0 to {white} are allowed")
    values = 1 - values if inverted else values
    if (clear := picture.info.get("transparency")) is not None:
        values[raw == clear] = 1
    return Image.fromarray(np.rint(255 * values).astype(np.uint8))


def _on_white(picture: Image.Image) -> Image.Image:
    mode = "L" if _is_grey(picture) else "RGB"
    if not picture.has_transparency_data:
        return picture.convert(mode)
    clear = picture.convert(f"{mode}A")
    ground = Image.new(mode, picture.size, "white")
    ground.paste(clear.convert(mode), mask=clear.getchannel("A"))
    return ground
