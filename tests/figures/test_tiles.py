import numpy as np
import pandas as pd

from core.analysis.slices import NO_GOLD, OTHER_OUTCOMES, OUTCOMES
from core.figures import OUTCOME_MARKS, png_url, tiles, tiles_table
from core.figures.tiles import COLUMNS

IMAGES = np.random.default_rng(0).integers(0, 256, (8, 1, 4, 4), dtype=np.uint8)
ABOUT = pd.DataFrame(
    {
        "index": [10, 20, 30, 40, 50, 60, 70, 80],
        "predicted": ["cat", "dog", "cat", "extraordinary", "cat", "cat", "dog", "cat"],
        "outcome": ["kept as gold", "harmed", "harmed", "not forgotten", *["kept as gold"] * 4],
    }
)


def test_tiles_are_placed_row_by_row_with_ids_and_captions() -> None:
    figure = tiles(IMAGES, ABOUT).figure
    targets, captions, *legend = figure.data
    assert list(targets.customdata) == ABOUT["index"].tolist()
    assert list(zip(targets.x, targets.y, strict=True)) == [(n % COLUMNS, n // COLUMNS) for n in range(8)]
    assert [image.source for image in figure.layout.images] == [png_url(image, 48) for image in IMAGES]
    assert list(captions.text) == ["cat", "dog", "cat", "extrao…", "cat", "cat", "dog", "cat"]
    assert list(captions.marker.symbol) == [OUTCOME_MARKS[name].symbol for name in ABOUT["outcome"]]
    assert [round(x + 0.36) for x in captions.x] == list(targets.x)
    assert [trace.name for trace in legend] == ["kept as gold", "not forgotten", "harmed"]


def test_the_selected_tile_is_framed() -> None:
    (shape,) = tiles(IMAGES, ABOUT, selected=70).figure.layout.shapes
    assert ((shape.x0 + shape.x1) / 2, (shape.y0 + shape.y1) / 2) == (0, 1)
    assert not tiles(IMAGES, ABOUT, selected=999).figure.layout.shapes


def test_the_numbers_and_an_empty_slice() -> None:
    shown = tiles(IMAGES, ABOUT)
    pd.testing.assert_frame_equal(shown.table, tiles_table(ABOUT))
    assert shown.alt == "Grid of 8 images: 5 kept as gold, 2 harmed, 1 not forgotten."
    assert tiles(IMAGES[:0], ABOUT.iloc[:0]).alt == "No image is in this slice."


def test_outcomes_of_one_kind_have_different_symbols() -> None:
    for kind in (OUTCOMES, OTHER_OUTCOMES, NO_GOLD):
        symbols = [OUTCOME_MARKS[name].symbol for name in kind]
        assert len(set(symbols)) == len(symbols)
