from base64 import b64decode
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from core.errors import InvalidSpec
from core.figures import (
    class_counts,
    class_counts_table,
    contact_sheet,
    placeholder,
    png_url,
    thumbnail_grid,
    thumbnail_grid_table,
)

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 3, 8, 8), dtype=np.uint8)
ABOUT = pd.DataFrame({"index": [30, 10, 20, 50, 40], "label": list("abcde")})


def decoded(url: str) -> np.ndarray:
    head, data = url.split(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(BytesIO(b64decode(data))))


@pytest.mark.parametrize(("shape", "size"), [((3, 8, 8), 64), ((3, 32, 32), 64), ((3, 5, 7), 70), ((3, 96, 96), 96)])
def test_a_png_is_the_image_enlarged_by_a_whole_factor(shape: tuple[int, int, int], size: int) -> None:
    image = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    pixels = decoded(png_url(image))  # Pillow's decoder is the oracle
    factor = size // max(shape[1:])
    np.testing.assert_array_equal(pixels, np.kron(image.transpose(1, 2, 0), np.ones((factor, factor, 1), np.uint8)))


def test_a_grey_image_stays_grey() -> None:
    image = np.arange(64, dtype=np.uint8).reshape(1, 8, 8)
    np.testing.assert_array_equal(decoded(png_url(image, pixels=8)), image[0])


@pytest.mark.parametrize("image", [np.zeros((8, 8), np.uint8), np.zeros((2, 8, 8), np.uint8), np.zeros((3, 8, 8))])
def test_other_arrays_are_refused(image: np.ndarray) -> None:
    with pytest.raises(InvalidSpec, match=r"uint8 \(C, H, W\)"):
        png_url(image)


def test_tiles_are_placed_row_by_row_and_have_their_ids() -> None:
    shown = thumbnail_grid(IMAGES, ABOUT, columns=2)
    (targets,) = shown.figure.data
    assert list(targets.customdata) == [30, 10, 20, 50, 40]
    places = list(zip(targets.x, targets.y, strict=True))
    assert places == [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)]
    assert [(image.x, image.y) for image in shown.figure.layout.images] == places
    assert [image.source for image in shown.figure.layout.images] == [png_url(image) for image in IMAGES]
    assert targets.hovertext[1] == "index 10<br>label b"
    assert shown.figure.layout.yaxis.range == (2.5, -0.5)  # the first row on top


def test_the_table_has_the_images_of_the_grid() -> None:
    table = thumbnail_grid_table(IMAGES, ABOUT)
    assert list(table.columns) == ["index", "image", "label"]
    pd.testing.assert_frame_equal(table[["index", "label"]], ABOUT)
    assert thumbnail_grid(IMAGES, ABOUT).alt == "Grid of 5 images."


def test_without_images_a_sentence_says_so() -> None:
    assert thumbnail_grid(IMAGES[:0], ABOUT.iloc[:0]).alt == "There are no images to show."


def test_class_counts() -> None:
    labels = np.array([0, 0, 0, 2, 2, 1])
    forgotten = np.array([True, False, True, True, True, False])
    shown = class_counts(labels, forgotten, ("cat", "dog", "owl"))
    assert shown.table.to_dict("list") == {"class": ["cat", "dog", "owl"], "forget": [2, 0, 2], "retain": [1, 1, 0]}
    pd.testing.assert_frame_equal(shown.table, class_counts_table(labels, forgotten, ("cat", "dog", "owl")))
    forget, retain = shown.figure.data
    assert (list(forget.y), list(retain.y)) == ([2, 0, 2], [1, 1, 0])
    assert forget.marker.pattern.shape == "/"
    assert shown.alt == "To forget: 2 of 3 cat, 2 of 2 owl."


def test_a_contact_sheet_has_every_image_in_its_place() -> None:
    images = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 1, 2, 3), np.uint8)
    sheet = contact_sheet(images, columns=3)
    assert sheet.shape == (1, 2 * 3 - 1, 3 * 4 - 1)
    for n in range(5):
        y, x = n // 3 * 3, n % 3 * 4
        assert (sheet[0, y : y + 2, x : x + 3] == n).all()
    assert (sheet[0, 2] == 128).all()  # the row between
    assert (sheet[0, 3:, 8:] == 128).all()  # no sixth image


def test_a_placeholder_is_grey_with_a_cross_in_any_shape():
    square = placeholder((3, 4, 4))
    assert (square.dtype, square.shape) == (np.uint8, (3, 4, 4))
    assert (square[0] == square[2]).all()
    marks = (square[0] != square[0, 0, 1]).astype(int)
    assert marks.tolist() == [[1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1]]
    assert png_url(placeholder((1, 28, 28))).startswith("data:image/png")
