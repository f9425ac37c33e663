"""One selection everywhere: the bar at the foot of every page with the selected and the pinned image, and the closer
look that opens from it."""

import plotly.graph_objects as go
import streamlit as st

from core.access import is_read_only
from core.errors import NotFound
from core.figures import png_url, selected_ids
from core.jobs.inspector import ensure_inspector
from core.store import RunFolder, open_finished
from pages.ui.image.image_detail import closer_look
from pages.ui.image.selected_image import Picked, pick
from pages.ui.shell import data_access
from pages.ui.shell.errors import boundary, callback, plain
from pages.ui.shell.url_state import select, selected

SMALL = 48  # pixels a side
NARROW, WIDE = 780, 1240  # pixels: of the closer look at one image, at two
LOOKS_ITSELF = "Try an image"  # the page that has the closer look on it
OPEN = "selection.open"  # the page on which the closer look is open


def take_image(key: str) -> None:
    """A callback of a figure or gallery: its first selected point becomes the image selected on all pages."""
    if ids := selected_ids(st.session_state[key]["selection"]):
        select("img", str(ids[0]))


def thumbnails(figure: go.Figure, key: str, alt: str) -> None:
    """A gallery in which a click selects an image on all pages."""
    st.plotly_chart(
        figure, key=key, alt=alt, on_select=callback(take_image, key), selection_mode="points",
        config={"displayModeBar": False},
    )  # fmt: skip


def tray(page: str) -> None:
    """The bar, where an image is selected, and the closer look where it is open."""
    if st.session_state.get(OPEN) != page:
        st.session_state[OPEN] = None  # it stays behind on the page where it was opened
    run, name, pinned = _finished(selected("run")), selected("img"), selected("pin")
    if run is None or not (name or pinned) or page == LOOKS_ITSELF:
        return
    if not is_read_only():
        ensure_inspector(data_access.store())  # it takes a moment to start; a closer look is likely
    faces = {one: word for word, one in (("img", name), ("pin", pinned)) if one}
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for one, word in faces.items():
            with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
                with boundary():
                    _face(pick(run, one), run.spec.model.data.info.classes, pinned=word == "pin")
                st.button(":material/close:", key=f"tray.drop.{word}", type="tertiary", help="Removes it from this bar",
                          on_click=callback(select, word, None))  # fmt: skip
        st.button("Look closer", key="tray.open", icon=":material/search:", type="primary",
                  on_click=callback(_open, page))  # fmt: skip
        if name and name != pinned:
            st.button("Pin", key="tray.pin", icon=":material/push_pin:", on_click=callback(select, "pin", name),
                      help="Keeps this image while you select another one to compare.")  # fmt: skip
    if st.session_state[OPEN] == page:
        title, width = ("Two images", WIDE) if len(faces) > 1 else ("One image", NARROW)
        st.dialog(f"{title} in every model", width=width, position="right", on_dismiss=callback(_close))(_look)(
            run, list(faces)
        )


def _face(image: Picked, classes: tuple[str, ...], *, pinned: bool) -> None:
    st.image(png_url(image.pixels, SMALL), alt=f"{image.title}, {image.about(classes)}", width=SMALL)
    with st.container(width="content", gap=None):
        st.markdown(f"**{image.title}** · {plain(image.about(classes))}{' · pinned' if pinned else ''}")
        st.caption(" · ".join(f"{role}: {plain(taken)}" for role, taken in image.predictions(classes).items()))


def _look(run: RunFolder, names: list[str]) -> None:
    with boundary():
        closer_look(run, names, "drawer")


def _open(page: str) -> None:
    st.session_state[OPEN] = page


def _close() -> None:
    st.session_state[OPEN] = None


def _finished(run: str | None) -> RunFolder | None:
    if run is None:
        return None
    try:
        return open_finished(data_access.store(), run)
    except NotFound:
        return None
