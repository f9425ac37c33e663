"""The user's own image: checked, named by a hash of its pixels, resized to a model's input."""

import hashlib
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps

from core.datasets.own.decode import FORMATS, decode
from core.errors import InvalidSpec
from core.specs import choices

MAX_BYTES = 10 << 20  # of a file
SIDE = 256  # pixels; larger images are reduced


def read_picture(data: bytes) -> np.ndarray:
    """The middle square of an image, at most 256 pixels per side: uint8 (C, H, W), grey or RGB.

    Raises:
        InvalidSpec: the file is too large or not a readable image.
    """
    if len(data) > MAX_BYTES:
        raise InvalidSpec(f"the image has {len(data):,} bytes; at most {MAX_BYTES:,} are allowed")
    try:
        plain = decode(BytesIO(data))
    except InvalidSpec as error:
        raise InvalidSpec(f"the image cannot be read: {error}; choose a {choices(FORMATS)} file") from None
    side = min(SIDE, *plain.size)
    return _channels_first(ImageOps.fit(plain, (side, side), Image.Resampling.LANCZOS))


def picture_bytes(pixels: np.ndarray) -> bytes:
    """Pixels uint8 (C, H, W) as a PNG."""
    png = BytesIO()
    _picture(pixels).save(png, "PNG")
    return png.getvalue()


def picture_name(pixels: np.ndarray) -> str:
    """``own-`` and 20 hexadecimal digits of the sha256 of shape and pixels."""
    found = hashlib.sha256(repr(pixels.shape).encode())
    found.update(np.ascontiguousarray(pixels).data)
    return f"own-{found.hexdigest()[:20]}"


def fitted(pixels: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """An image uint8 (C, H, W) converted to the channels and size of a model's input."""
    channels, height, width = shape
    picture = _picture(pixels).convert("L" if channels == 1 else "RGB")
    if picture.size != (width, height):
        picture = ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)
    return _channels_first(picture)


def _picture(pixels: np.ndarray) -> Image.Image:
    rows = np.ascontiguousarray(pixels.transpose(1, 2, 0))
    return Image.fromarray(rows.squeeze(2) if pixels.shape[0] == 1 else rows)


def _channels_first(picture: Image.Image) -> np.ndarray:
    rows = np.asarray(picture)
    return (rows[None] if rows.ndim == 2 else rows.transpose(2, 0, 1)).copy()
