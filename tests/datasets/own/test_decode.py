"""Pictures written by Pillow or by hand, with the pixels that their formats define."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFile

from core.datasets.own.decode import BITS_PER_SAMPLE, PHOTOMETRIC, decode, read_header
from core.errors import InvalidSpec

DEEP = np.array([[0, 257, 65_535], [128 * 257, 128, 129]], np.uint16)  # 128 is just below the half of 257, 129 above
DEEP_AS_8_BITS = [[0, 1, 255], [128, 0, 1]]
ORIENTATION, TURN = 0x0112, 6  # stored lying on its left side


def encoded(picture: Image.Image | np.ndarray, kind: str = "PNG", **words: object) -> BytesIO:
    data = BytesIO()
    (Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture).save(data, kind, **words)
    data.seek(0)
    return data


def pixels(file: BytesIO) -> list:
    return np.asarray(decode(file)).tolist()


def png(bits: int, colour: int, row: bytes, width: int) -> BytesIO:
    """A PNG of one row, of a kind that Pillow cannot write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, 1, bits, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0" + row)), chunk(b"IEND", b"")
    return BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


@pytest.mark.parametrize(
    "file",
    [
        encoded(DEEP),
        encoded(DEEP, "TIFF"),
        encoded(DEEP.astype(">u2"), "TIFF"),
        BytesIO(b"P5\n3 2\n65535\n" + DEEP.astype(">u2").tobytes()),
    ],
    ids=["png", "tiff", "tiff, big-endian", "pgm"],
)
def test_16_bits_are_scaled_by_their_range(file: BytesIO) -> None:
    assert pixels(file) == DEEP_AS_8_BITS


def test_colours_of_16_bits_are_scaled_too() -> None:
    assert pixels(png(16, 2, struct.pack(">3H", 65_535, 257, 128 * 257), 1)) == [[[255, 1, 128]]]
    assert pixels(png(16, 4, struct.pack(">4H", 257, 65_535, 257, 0), 2)) == [[[1, 1, 1], [255, 255, 255]]]


def test_12_bits_are_scaled_by_theirs() -> None:
    assert pixels(BytesIO(b"P5\n2 1\n4095\n" + struct.pack(">2H", 4095, 2048))) == [[255, 128]]
    twelve = encoded(DEEP[:1, :1], "TIFF").getvalue()
    tag = struct.pack("<HHIHH", BITS_PER_SAMPLE, 3, 1, 16, 0)
    assert twelve.count(tag) == 1
    file = BytesIO(twelve.replace(tag, struct.pack("<HHIHH", BITS_PER_SAMPLE, 3, 1, 12, 0)))
    assert read_header(file)[1]
    assert pixels(file) == [[0]]


def test_floats_are_taken_from_0_to_1() -> None:
    assert pixels(encoded(np.array([[0, 0.5, 1]], np.float32), "TIFF")) == [[0, 128, 255]]


def test_deep_pictures_in_which_0_is_white() -> None:
    assert pixels(encoded(DEEP, "TIFF", tiffinfo={PHOTOMETRIC: 0})) == (255 - np.array(DEEP_AS_8_BITS)).tolist()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (np.array([[0, 255]], np.float32), "values from 0 to 255, 0 to 1 are allowed"),
        (np.array([[-0.1, 1]], np.float32), "values from -0.1 to 1, 0 to 1 are allowed"),
        (np.array([[np.nan, 1]], np.float32), "values from nan to nan, 0 to 1 are allowed"),
        (np.array([[0, 70_000]], np.int32), "signed values of unknown range"),
    ],
)
def test_values_without_a_known_range_are_refused(values: np.ndarray, why: str) -> None:
    with pytest.raises(InvalidSpec, match=why):
        decode(encoded(values, "TIFF"))


def test_one_bit() -> None:
    assert pixels(encoded(Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1"))) == [[0, 255]]
    assert pixels(BytesIO(b"P1\n2 1\n1 0\n")) == [[0, 255]]


def test_a_palette() -> None:
    picture = Image.new("P", (2, 1))
    picture.putpalette([10, 20, 30, 40, 50, 60])
    picture.putpixel((1, 0), 1)
    assert pixels(encoded(picture)) == [[[10, 20, 30], [40, 50, 60]]]
    assert pixels(encoded(picture, transparency=0)) == [[[255, 255, 255], [40, 50, 60]]]
    assert pixels(encoded(picture, "GIF", transparency=1)) == [[[10, 20, 30], [255, 255, 255]]]


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_inks(kind: str) -> None:
    assert pixels(encoded(Image.new("CMYK", (8, 8), (255, 0, 0, 0)), kind))[0][0] == [0, 255, 255]
    assert pixels(encoded(Image.new("CMYK", (8, 8), (0, 0, 0, 255)), kind))[0][0] == [0, 0, 0]


def test_transparent_parts_stand_on_white() -> None:
    grey = np.array([[[0, 0], [7, 255], [0, 127]]], np.uint8)
    assert pixels(encoded(Image.fromarray(grey, "LA"))) == [[255, 7, 128]]
    colour = np.array([[[9, 9, 9, 0], [1, 2, 3, 255], [0, 0, 0, 127]]], np.uint8)
    for kind in ({"kind": "PNG"}, {"kind": "WEBP", "lossless": True}):
        assert pixels(encoded(colour, **kind)) == [[[255] * 3, [1, 2, 3], [128] * 3]]


def test_one_value_may_be_transparent() -> None:
    assert pixels(encoded(np.array([[7, 8]], np.uint8), transparency=7)) == [[255, 8]]
    assert pixels(encoded(DEEP, transparency=257)) == [[0, 255, 255], [128, 0, 1]]
    assert pixels(encoded(Image.new("RGB", (1, 1), (1, 2, 3)), transparency=(1, 2, 3))) == [[[255] * 3]]


@pytest.mark.parametrize("values", [np.uint8([[1, 2, 3]]), DEEP[:1]], ids=["8 bits", "16 bits"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_the_orientation_is_applied(values: np.ndarray, kind: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = TURN
    words = {"exif": exif} if kind == "PNG" else {"tiffinfo": {ORIENTATION: TURN}}
    plain = np.array(pixels(encoded(values, kind)))
    assert pixels(encoded(values, kind, **words)) == np.rot90(plain, -1).tolist()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "TIFF", "WEBP"])
def test_animations_and_stacks_are_refused(kind: str) -> None:
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    with pytest.raises(InvalidSpec, match="several images in one file"):
        decode(encoded(first, kind, save_all=True, append_images=[second]))


def test_a_cameras_jpeg_with_a_preview_is_its_first_picture() -> None:
    first, second = Image.new("L", (8, 8), 7), Image.new("L", (4, 4), 200)
    assert pixels(encoded(first, "MPO", save_all=True, append_images=[second])) == [[7] * 8] * 8


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(40), b"<svg/>"])
def test_files_that_are_not_images_are_refused(data: bytes) -> None:
    for reader in (read_header, decode):
        with pytest.raises(InvalidSpec, match=r"^not an image$"):
            reader(BytesIO(data))


def test_the_header_gives_size_and_mode_without_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [(encoded(DEEP), True), (encoded(Image.new("LA", (3, 2))), True), (encoded(Image.new("P", (3, 2))), False)]
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("it was decoded"))
    assert [read_header(file) for file, _ in files] == [((3, 2), grey) for _, grey in files]


def test_damaged_files_of_every_kind_are_refused_or_read() -> None:
    """Nothing but InvalidSpec comes out of damaged files."""
    rng = np.random.default_rng(0)
    whole = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    refused = 0
    for kind in ("PNG", "JPEG", "BMP", "WEBP", "PPM", "GIF", "TIFF"):
        data = encoded(whole, kind).getvalue()
        for _ in range(20):
            damaged = bytearray(data)
            damaged[rng.integers(len(data) // 4)] = rng.integers(256)
            try:
                decode(BytesIO(bytes(damaged[: rng.integers(len(data) // 2, len(data))])))
            except InvalidSpec:
                refused += 1
    assert refused > 70
