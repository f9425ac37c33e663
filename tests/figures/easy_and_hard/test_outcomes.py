import numpy as np
import pandas as pd
import pytest

from core.figures import outcomes, png_url
from core.figures.easy_and_hard.outcomes import COLUMNS, ROWS
from core.metrics.easy_hard import OUTCOMES, PREDICTED


@pytest.fixture
def pictures(verdicts: pd.DataFrame) -> np.ndarray:
    """All different."""
    return np.stack([np.full((1, 2, 2), n, np.uint8) for n in range(len(verdicts))])


def test_counts(verdicts: pd.DataFrame, pictures: np.ndarray):
    table = outcomes(verdicts, pictures).table
    assert table["outcome"].tolist() == list(OUTCOMES)
    assert table["images"].tolist() == [1, 1, 1, 2]
    assert table["share"].tolist() == [0.2, 0.2, 0.2, 0.4]


def test_every_image_is_in_its_block_with_its_id(verdicts: pd.DataFrame, pictures: np.ndarray):
    figure = outcomes(verdicts, pictures).figure
    (tiles,) = figure.data
    # Of those that are predicted hard the less certain one, 10 with 0.7, is before 14 with 0.9.
    assert list(tiles.customdata) == [12, 13, 11, 10, 14]
    assert [image.source for image in figure.layout.images] == [png_url(pictures[n]) for n in (2, 3, 1, 0, 4)]
    assert [(image.x, image.y) for image in figure.layout.images] == list(zip(tiles.x, tiles.y, strict=True))
    right = COLUMNS + 0.5
    assert list(tiles.x) == [0, right, 0, right, right + 1]
    assert list(tiles.y) == [1, 1, 3, 3, 3]  # below their headings


def test_the_open_image_is_framed(verdicts: pd.DataFrame, pictures: np.ndarray):
    (frame,) = outcomes(verdicts, pictures, chosen=11).figure.layout.shapes
    assert (frame.x0 + frame.x1, frame.y0 + frame.y1) == pytest.approx((0, 6))  # around the tile at (0, 3)
    assert not outcomes(verdicts, pictures, chosen=999).figure.layout.shapes


def test_a_large_block_is_limited_and_moves_the_next_one_down(verdicts: pd.DataFrame):
    many = pd.concat([verdicts.iloc[[2]]] * 50, ignore_index=True).assign(index=range(50))
    many["p_hard"] = np.linspace(0, 0.4, 50)
    both = pd.concat([many, verdicts.iloc[[4]].assign(index=99)], ignore_index=True)
    (tiles,) = outcomes(both, np.zeros((51, 1, 2, 2), np.uint8)).figure.data
    most = COLUMNS * ROWS
    assert len(tiles.x) == most + 1
    assert list(tiles.customdata[:most]) == list(range(49, 49 - most, -1))  # the least certain first
    assert tiles.y[-1] == 1 + ROWS + 1


def test_without_gold_there_are_two_blocks(verdicts: pd.DataFrame, pictures: np.ndarray):
    called = verdicts.assign(right=np.nan, outcome=[PREDICTED[n] for n in (1, 1, 0, 0, 1)])
    shown = outcomes(called, pictures)
    assert shown.table["images"].tolist() == [2, 3]
    assert len(shown.figure.layout.annotations) == 2


def test_no_images(verdicts: pd.DataFrame):
    shown = outcomes(verdicts.iloc[:0], np.empty((0, 1, 2, 2), np.uint8))
    assert shown.alt == "There are no images to show."
