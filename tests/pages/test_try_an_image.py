from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.jobs.inspector import inspect
from core.specs.inspection import InspectSpec
from core.store import RunFolder, Store
from pages.ui.image import image_input

PAGE = "pages/8_Try_an_image.py"


def png(pixels: np.ndarray) -> bytes:
    data = BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


def test_an_uploaded_picture_is_selected_and_looked_at(
    finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest], words: Callable, tables: Callable
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    assert [info.value for info in app.info] == ["No image yet. Draw one and submit it to the models."]
    digit = np.zeros((8, 8), np.uint8)
    digit[1:7, 4] = 255
    app.file_uploader(key="own.upload").upload("one.png", png(digit)).run()
    name = app.query_params["img"]
    assert np.array_equal(store.inspections.picture(name), digit[None])
    assert "**Your own image**" in words(app)
    inspect(store, idle_seconds=0.2)
    app.run()
    answers = store.inspections.answers(InspectSpec(run=finished_run.run, image=name))
    original = answers[answers["role"] == "original"].set_index("class")
    (terms,) = tables(app, "target_squared")
    taken = original["logit"].idxmax()  # without a label c is what the original takes it for
    assert terms.set_index("role").loc["Original", "target_squared"] == pytest.approx(original.loc[taken, "norm"] ** 2)
    app.button(key="own.invert").click().run()
    assert np.array_equal(store.inspections.picture(app.query_params["img"]), 255 - digit[None])


def test_what_is_no_picture_is_a_sentence(finished_run: RunFolder, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    app.file_uploader(key="own.upload").upload("one.png", b"not an image").run()
    assert [error.value for error in app.error] == [
        r"the image cannot be read\: not an image; choose a PNG, JPEG, BMP, WEBP, PPM, GIF or TIFF file"
    ]
    assert "img" not in app.query_params


def test_a_deep_picture_is_scaled_and_its_clear_parts_are_white(
    finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest]
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    data = BytesIO()
    Image.fromarray(np.full((8, 8), 128 * 257, np.uint16)).save(data, "TIFF")
    app.file_uploader(key="own.upload").upload("scan.tiff", data.getvalue()).run()
    assert np.unique(store.inspections.picture(app.query_params["img"])).tolist() == [128]
    app.file_uploader(key="own.upload").upload("clear.png", png(np.zeros((8, 8, 4), np.uint8))).run()
    assert np.unique(store.inspections.picture(app.query_params["img"])).tolist() == [255]


def test_a_drawing(finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    assert app.button(key="own.show").disabled
    cells = np.zeros((8, 8), np.uint8)
    cells[2, 3], cells[4, 5] = 255, 85
    app.session_state[image_input.CELLS] = cells
    app.run()
    app.button(key="own.show").click().run()
    assert np.array_equal(store.inspections.picture(app.query_params["img"]), cells[None])
    app.button(key="own.clear").click().run()
    assert not app.session_state[image_input.CELLS].any()
    app.button(key="own.copy").click().run()
    assert np.array_equal(app.session_state[image_input.CELLS], cells)
