"""A picture of one's own, drawn cell by cell or uploaded; kept in the store, and then selected like any other image."""

import numpy as np
import streamlit as st

from core.datasets.decode import SUFFIXES
from core.datasets.picture import MAX_BYTES, fitted, read_picture
from core.figures import drawing, selected_ids
from core.jobs.inspector import ensure_inspector
from core.specs import DataInfo
from core.store import RunFolder
from pages.ui.image.selected_image import pick
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback
from pages.ui.shell.url_state import select, selected

MAX_CELLS = 16  # a side of the drawing
CELLS, TURN = "own.cells", "own.turn"
INKS = {"White": 255, "Light": 170, "Dark": 85, "Black": 0}


def choose_picture(run: RunFolder) -> None:
    """Two ways to a picture, which becomes the selected image."""
    info = run.spec.model.data.info
    ways = ("Draw", "Upload") if info.shape[0] == 1 else ("Upload", "Draw")
    tabs = dict(zip(ways, st.tabs(ways), strict=True))
    with tabs["Draw"]:
        _draw(run, info)
    with tabs["Upload"]:
        st.file_uploader(
            "A picture", SUFFIXES, key="own.upload", on_change=callback(_take_upload),
            max_upload_size=MAX_BYTES >> 20, help="Its middle square is used. Transparent parts become white.",
        )  # fmt: skip
    if (selected("img") or "").startswith("own-"):
        st.button("Invert light and dark", key="own.invert", icon=":material/invert_colors:",
                  on_click=callback(_invert),
                  help="Digits are light on dark here; ink on paper is the other way round.")  # fmt: skip


def _draw(run: RunFolder, info: DataInfo) -> None:
    side = min(info.shape[1], MAX_CELLS)
    cells = st.session_state.get(CELLS)
    if cells is None or len(cells) != side:
        cells = st.session_state[CELLS] = np.zeros((side, side), np.uint8)
    ink = st.segmented_control("Ink", INKS, default="White", key="own.ink", required=True)
    key = f"own.grid.{st.session_state.get(TURN, 0)}"
    st.plotly_chart(
        drawing(cells), key=key, on_select=callback(_paint, key, INKS[ink]), width="content", theme=None,
        config={"displaylogo": False, "modeBarButtons": [["select2d", "lasso2d"]]},
        alt=f"A grid of {side} by {side} cells to draw in, {int((cells > 0).sum())} of them not black",
    )  # fmt: skip
    st.caption("Click a cell, or draw a box or lasso over several, to put the ink there.")
    with st.container(horizontal=True):
        st.button("Show it to the models", key="own.show", type="primary", icon=":material/visibility:",
                  on_click=callback(_keep, cells[None]), disabled=not cells.any())  # fmt: skip
        if name := selected("img"):
            st.button("Draw on the selected image", key="own.copy", icon=":material/edit:",
                      on_click=callback(_copy, run, name, side))  # fmt: skip
        st.button("Clear", key="own.clear", icon=":material/delete:", on_click=callback(_put, np.zeros_like(cells)))


def _paint(key: str, ink: int) -> None:
    """A callback: ink into the selected cells."""
    cells = st.session_state[CELLS].copy()
    cells.ravel()[selected_ids(st.session_state[key]["selection"])] = ink
    _put(cells)


def _put(cells: np.ndarray) -> None:
    ensure_inspector(data_access.store())  # it takes a moment to start
    st.session_state[CELLS] = cells
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1  # a new figure: nothing selected


def _copy(run: RunFolder, name: str, side: int) -> None:
    _put(fitted(pick(run, name).pixels, (1, side, side))[0])


def _take_upload() -> None:
    if (file := st.session_state["own.upload"]) is not None:
        _keep(read_picture(file.getvalue()))


def _invert() -> None:
    _keep(255 - data_access.store().inspections.picture(selected("img") or ""))


def _keep(pixels: np.ndarray) -> None:
    select("img", data_access.store().inspections.keep_picture(pixels))
