"""The surface to draw on, and what is drawn as the selected image."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from core.datasets.own.strokes import PEN, draw_digit, draw_over, read_strokes
from core.figures import png_url
from core.jobs.inspector import ensure_inspector
from core.specs.inspection import InspectSpec
from core.store import RunFolder
from pages.ui.image.selected_image import pick
from pages.ui.shell import data_access
from pages.ui.shell.component import component
from pages.ui.shell.errors import callback
from pages.ui.shell.url_state import select, selected

_mount = component("drawing")

STROKES, BELOW, TURN = "own.strokes", "own.below", "own.turn"
HINT = "Draw here"


def drawing_surface(run: RunFolder) -> None:
    """Every stroke is shown to the models a moment later; drawn on nothing, or on the image that was selected."""
    shape = run.spec.model.data.info.shape
    grey = shape[0] == 1
    below = _below(shape)
    key = f"own.surface.{st.session_state.get(TURN, 0)}"
    data = {
        "strokes": st.session_state.get(STROKES, []), "below": None if below is None else png_url(below, 256),
        "ink": 255 if grey else 0, "paper": 0 if grey else 255, "pen": PEN, "hint": HINT,
    }  # fmt: skip
    surface(key, data, lambda strokes: _take(run, strokes))
    if grey and below is None:
        st.caption("The drawing is scaled and centred like the digits that the models know.")
    name = selected("img")
    if below is not None:
        st.button("Back to an empty surface", key="own.empty", icon=":material/note:", on_click=callback(_begin, None))
    elif name and not st.session_state.get(STROKES):
        st.button("Draw on the selected image", key="own.copy", icon=":material/edit:",
                  on_click=callback(_begin, pick(run, name).pixels))  # fmt: skip


def _below(shape: tuple[int, int, int]) -> np.ndarray | None:
    """The image that is drawn on, if it fits the models of this run."""
    below = st.session_state.get(BELOW)
    return below if below is not None and below.shape == shape else None


def _begin(below: np.ndarray | None) -> None:
    """A callback: a new surface, empty or on an image."""
    ensure_inspector(data_access.store())  # it takes a moment to start
    st.session_state[BELOW], st.session_state[STROKES] = below, []
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def surface(key: str, data: dict[str, Any], changed: Callable[[list[dict[str, Any]]], None]) -> None:
    """Mounts the component.

    Args:
        changed: called with all strokes as the browser has them.
    """
    _mount(key=key, data=data, on_strokes_change=callback(lambda: changed(st.session_state[key]["strokes"])))


def _take(run: RunFolder, told: list[dict[str, Any]]) -> None:
    """A callback: what is drawn now becomes the selected image."""
    strokes = read_strokes(told)
    st.session_state[STROKES] = told
    store = data_access.store().inspections
    name = selected("img") or ""
    if name.startswith("own-"):
        store.close(InspectSpec(run=run.run, image=name))  # nobody waits for the answer any more
    if not strokes:
        select("img", None)
        return
    ensure_inspector(data_access.store())
    shape = run.spec.model.data.info.shape
    below = _below(shape)
    if below is not None:
        pixels = draw_over(strokes, below)
    elif shape[0] == 1:
        pixels = draw_digit(strokes, min(shape[1:]))[None]
    else:
        pixels = draw_over(strokes, np.full(shape, 255, np.uint8))
    select("img", store.keep_picture(pixels))
