import numpy as np
import pytest

from core import InvalidSpec
from core.datasets.own.strokes import MAX_POINTS, MAX_STROKES, draw_digit, draw_over, read_strokes

TALL = {"points": [[0.1, 0.1], [0.1, 0.4]]}  # small, and in a corner
WIDE = {"points": [[0.2, 0.5], [0.9, 0.5]]}


def extent(image: np.ndarray) -> tuple[int, int]:
    """Rows and columns of what is not black."""
    rows, columns = np.nonzero(image)
    return np.ptp(rows).item() + 1, np.ptp(columns).item() + 1


def test_the_longer_side_is_20_of_28_pixels() -> None:
    assert extent(draw_digit(read_strokes([TALL]), 28)) == (20, 3)
    assert extent(draw_digit(read_strokes([WIDE]), 28)) == (3, 20)
    assert extent(draw_digit(read_strokes([TALL, WIDE]), 28)) == (11, 20)  # 0.4 of 0.8, and the pen
    assert extent(draw_digit(read_strokes([TALL]), 8)) == (8, 1)  # as in the 8x8 digits: no margin


def test_where_and_how_large_it_is_drawn_changes_nothing() -> None:
    here = draw_digit(read_strokes([{"points": [[0.25, 0.25], [0.25, 0.5], [0.5, 0.5]]}]), 28)
    there = draw_digit(read_strokes([{"points": [[0.5, 0.25], [0.5, 0.75], [1.0, 0.75]]}]), 28)
    assert np.array_equal(here, there)


def test_the_centre_of_mass_is_in_the_middle() -> None:
    image = draw_digit(read_strokes([TALL, {"points": [[0.1, 0.4], [0.3, 0.4]]}]), 28).astype(float)
    for axis in (0, 1):
        mass = image.sum(axis=1 - axis)
        assert abs(np.average(np.arange(28), weights=mass) - 13.5) <= 0.5
    left, right = np.flatnonzero(image.sum(axis=0))[[0, -1]]
    assert left > 27 - right  # an L is heavy on its left, so it stands right of the middle


def test_edges_are_smooth_and_the_pen_is_full() -> None:
    image = draw_digit(read_strokes([{"points": [[0.2, 0.2], [0.6, 0.8]]}]), 28)
    assert image.max() == 255
    assert ((image > 0) & (image < 255)).sum() > 20


def test_the_eraser_takes_away_and_counts_for_nothing_else() -> None:
    cross = [TALL, {"ink": 0, "box": True, "points": [[0, 0.2], [1, 0.3]]}]
    image = draw_digit(read_strokes(cross), 28)
    assert extent(image) == (20, 3)
    assert not image[13].any()
    assert not draw_digit(read_strokes([{"ink": 0, "points": [[0.5, 0.5]]}]), 28).any()
    assert not draw_digit((), 28).any()


def test_a_dot_is_as_large_as_a_digit() -> None:
    assert extent(draw_digit(read_strokes([{"points": [[0.7, 0.2]]}]), 28)) == (20, 20)


def test_over_an_image_strokes_stay_where_they_are() -> None:
    photo = np.full((3, 10, 10), 100, np.uint8)
    box = {"box": True, "ink": 0, "points": [[0.5, 0.2], [0.3, 0.05]]}  # from any corner to the other
    drawn = draw_over(read_strokes([box]), photo)
    assert np.unique(drawn[:, 1, 3:5]).tolist() == [0]
    assert drawn[0, 0, 3] == pytest.approx(50, abs=7)  # half covered, to the eighth of a pixel
    assert np.unique(drawn[:, 4:]).tolist() == [100]
    assert np.unique(photo).tolist() == [100]


@pytest.mark.parametrize(
    ("strokes", "message"),
    [
        ([TALL] * (MAX_STROKES + 1), "the drawing is too long; at most 500 strokes of 20,000 points are kept"),
        ([{"points": [[0, 0]] * MAX_POINTS}, TALL], "the drawing is too long"),
        ([{"points": []}], "points"),
        ([{"points": [[float("nan"), 0]]}], "points"),
        ([{"points": [[9, 0]]}], "points"),
        ([{"points": [[0, 0]], "ink": 256}], "ink"),
    ],
)
def test_what_a_browser_would_not_send_is_refused(strokes: list, message: str) -> None:
    with pytest.raises(InvalidSpec, match=message):
        read_strokes(strokes)
