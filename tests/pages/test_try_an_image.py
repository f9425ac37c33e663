from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from core import load_dataset
from core.datasets.own.strokes import draw_digit, read_strokes
from core.jobs.inspector import inspect
from core.specs.inspection import InspectSpec
from core.store import RunFolder, Store
from pages.ui.image import drawing_surface

PAGE = "pages/8_Try_an_image.py"


def png(pixels: np.ndarray) -> bytes:
    data = BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


def test_an_uploaded_picture_is_selected_and_looked_at(
    finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest], words: Callable, tables: Callable
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    assert [info.value for info in app.info] == [
        "Draw a digit, or upload a picture. The models answer as soon as you lift the pen."
    ]
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
        r"the image cannot be read: not an image; choose a PNG, JPEG, BMP, WEBP, PPM, GIF or TIFF file"
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


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``draw(app, stroke, ...)``: the browser tells that these strokes are drawn now, all of them."""
    told: list[dict[str, Any]] = []

    def button(key: str, data: dict[str, Any], changed: Callable[..., None]) -> None:
        st.button("Send", key=key, on_click=lambda: changed(list(told)))
        st.caption(f"below: {data['below'] is not None}, strokes: {len(data['strokes'])}, ink: {data['ink']}")

    def draw_(app: AppTest, *strokes: dict[str, Any]) -> None:
        told[:] = strokes
        next(button for button in app.button if button.label == "Send").click().run()

    monkeypatch.setattr(drawing_surface, "surface", button)
    return draw_


def test_a_drawing(
    finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest], draw: Callable, words: Callable
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    one, dash = {"points": [[0.5, 0.2], [0.5, 0.8]]}, {"points": [[0.2, 0.5], [0.8, 0.5]]}
    draw(app, one)
    first = app.query_params["img"]
    assert np.array_equal(store.inspections.picture(first), draw_digit(read_strokes([one]), 8)[None])
    question = InspectSpec(run=finished_run.run, image=first)
    assert store.inspections.is_open(question)
    draw(app, one, dash)
    assert app.query_params["img"] != first
    assert not store.inspections.is_open(question)  # of a drawing that is no longer there
    assert "strokes: 2" in words(app)  # as they are drawn again after a visit to another page
    draw(app)
    assert "img" not in app.query_params


def test_an_image_is_drawn_on(
    finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest], draw: Callable, words: Callable
) -> None:
    number = int(load_dataset("digits").test.index[0])
    app = open_page(PAGE, {"run": finished_run.run, "img": str(number)})
    app.button(key="own.copy").click().run()
    assert "below: True" in words(app)
    box = {"box": True, "ink": 0, "points": [[0, 0], [1, 0.5]]}
    draw(app, box)
    wanted = load_dataset("digits").images_of([number])[0].copy()
    wanted[:, :4] = 0
    assert np.array_equal(store.inspections.picture(app.query_params["img"]), wanted)
    app.button(key="own.empty").click().run()
    assert "below: False" in words(app)
