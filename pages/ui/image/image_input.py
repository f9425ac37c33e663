"""A picture of one's own, drawn or uploaded; kept in the store, and then selected like any other image."""

import numpy as np
import streamlit as st

from core.access import is_read_only
from core.datasets.own.decode import SUFFIXES
from core.datasets.own.picture import MAX_BYTES, read_picture
from core.store import RunFolder
from pages.ui.image.drawing_surface import drawing_surface
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback
from pages.ui.shell.url_state import select, selected


def choose_picture(run: RunFolder) -> None:
    """Two ways to a picture, which becomes the selected image."""
    if is_read_only():
        st.caption("A read-only server takes no pictures. Images of the data set can be selected on other pages.")
        return
    ways = ("Draw", "Upload") if run.spec.model.data.info.shape[0] == 1 else ("Upload", "Draw")
    # With a key and a state, so that the open tab stays open when what is above it changes.
    tabs = dict(zip(ways, st.tabs(ways, key="own.way", on_change="rerun"), strict=True))
    with tabs["Draw"]:
        drawing_surface(run)
    with tabs["Upload"]:
        st.file_uploader(
            "A picture", SUFFIXES, key="own.upload", on_change=callback(_take_upload),
            max_upload_size=MAX_BYTES >> 20, help="Its middle square is used. Transparent parts become white.",
        )  # fmt: skip
    if (selected("img") or "").startswith("own-"):
        st.button("Invert light and dark", key="own.invert", icon=":material/invert_colors:",
                  on_click=callback(_invert),
                  help="Digits are light on dark here; ink on paper is the other way round.")  # fmt: skip


def _take_upload() -> None:
    if (file := st.session_state["own.upload"]) is not None:
        _keep(read_picture(file.getvalue()))


def _invert() -> None:
    _keep(255 - data_access.store().inspections.picture(selected("img") or ""))


def _keep(pixels: np.ndarray) -> None:
    select("img", data_access.store().inspections.keep_picture(pixels))
