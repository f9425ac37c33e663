import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFile

from core import InvalidSpec
from core.datasets.own import picture
from core.datasets.own.picture import fitted, picture_bytes, picture_name, read_picture


def encoded(image: Image.Image, kind: str = "PNG", **words: object) -> bytes:
    data = BytesIO()
    image.save(data, kind, **words)
    return data.getvalue()


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_comes_back_as_it_was_kept(channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (channels, 8, 8), np.uint8)
    assert np.array_equal(read_picture(picture_bytes(pixels)), pixels)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_middle_square_is_read(kind: str) -> None:
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = 200
    found = read_picture(encoded(Image.fromarray(wide), kind))
    assert found.shape == (3, 20, 20)
    assert np.abs(found[:, :, 2:-2].astype(int) - 200).max() <= 6  # JPEG and WebP lose a little


def test_a_large_picture_is_made_smaller() -> None:
    assert read_picture(encoded(Image.new("L", (700, 500), 9))).shape == (1, 256, 256)


def test_a_photo_is_turned_upright() -> None:
    sideways = np.zeros((16, 16), np.uint8)
    sideways[:8] = 255
    exif = Image.Exif()
    exif[0x0112] = 3  # taken upside down
    found = read_picture(encoded(Image.fromarray(sideways), exif=exif))
    assert found[0, 0, 0] == 0
    assert found[0, -1, 0] == 255


def test_files_that_are_not_images_are_refused() -> None:
    with pytest.raises(InvalidSpec) as refused:
        read_picture(b"<svg/>")
    formats = "PNG, JPEG, BMP, WEBP, PPM, GIF or TIFF"
    assert str(refused.value) == f"the image cannot be read: not an image; choose a {formats} file"


def test_a_damaged_picture_is_refused() -> None:
    whole = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)))
    with pytest.raises(InvalidSpec, match="cannot be read: damaged"):
        read_picture(whole[: len(whole) // 2])


def test_a_picture_whose_exif_is_damaged_is_refused() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 3, "hello"  # orientation and description
    damaged = exif.tobytes().replace(b"\x01\x0e", b"\x01\x00")  # now the width is a text
    with pytest.raises(InvalidSpec, match="cannot be read: damaged"):
        read_picture(encoded(Image.new("L", (16, 16)), exif=damaged))


def test_too_many_bytes_or_pixels_are_refused_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidSpec, match=r"has 10,485,761 bytes; at most 10,485,760"):
        read_picture(bytes(picture.MAX_BYTES + 1))
    large = _header_of(9000)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(InvalidSpec, match="9000x9000 pixels, at most 64,000,000 are allowed"):
        read_picture(large)


def _header_of(side: int) -> bytes:
    """A PNG of 1x1 pixels that says it has side x side."""
    data = bytearray(encoded(Image.new("L", (1, 1))))
    data[16:24] = struct.pack(">II", side, side)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    return bytes(data)


def test_fitting_keeps_what_fits_and_changes_size_and_channels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1, 8, 8), np.uint8)
    assert np.array_equal(fitted(pixels, (1, 8, 8)), pixels)
    assert fitted(pixels, (3, 32, 32)).shape == (3, 32, 32)
    grey = fitted(np.full((3, 16, 16), 77, np.uint8), (1, 8, 8))
    assert np.array_equal(grey, np.full((1, 8, 8), 77))


def test_the_name_tells_pictures_apart() -> None:
    pixels = np.arange(64, dtype=np.uint8).reshape(1, 8, 8)
    names = {picture_name(p) for p in (pixels, pixels[:, ::-1], pixels.reshape(1, 4, 16), pixels.copy())}
    assert len(names) == 3
