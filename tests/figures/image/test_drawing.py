import numpy as np

from core.figures import drawing, selected_ids


def test_every_cell_is_a_grey_square_with_its_number() -> None:
    cells = np.array([[0, 255], [85, 170]], np.uint8)
    (squares,) = drawing(cells).data
    assert list(squares.marker.color) == ["rgb(0,0,0)", "rgb(255,255,255)", "rgb(85,85,85)", "rgb(170,170,170)"]
    assert list(zip(squares.x, squares.y, strict=True)) == [(0, 0), (1, 0), (0, 1), (1, 1)]
    points = [{"customdata": number} for number in squares.customdata[[1, 2]]]
    changed = cells.copy()
    changed.ravel()[selected_ids({"points": points})] = 7
    assert changed.tolist() == [[0, 7], [7, 170]]


def test_a_large_grid_is_no_larger_on_the_screen() -> None:
    small, large = (drawing(np.zeros((side, side), np.uint8)).layout for side in (8, 16))
    assert large.width == small.width
    assert large.height == large.width
