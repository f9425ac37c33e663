"""The frame of every page: configuration, navigation, title, the selected image, and what errors come to."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.access import is_read_only
from pages.ui.image.selection import tray
from pages.ui.shell import data_access
from pages.ui.shell.errors import boundary, show_callback_error
from pages.ui.shell.links import PAGES, link
from pages.ui.shell.url_state import address, carried, catch_up

READ_ONLY = "This server is read-only: look at everything; to run or change something, install the app (README)."


@st.cache_resource(show_spinner=False)
def _keep_what_is_loaded() -> None:
    """Once per server: the libraries stay loaded, and looking through them for garbage takes as long as a page."""
    gc.collect()
    gc.freeze()


@contextmanager
def page(name: str, lead: str) -> Iterator[None]:
    """One page: ``with page("Forget", "what it is for"):``."""
    _keep_what_is_loaded()
    st.set_page_config(page_title=f"{name} · Machine unlearning", page_icon="🧽", layout="wide")
    catch_up(name)
    with st.sidebar, boundary():
        st.markdown("**Machine unlearning explorer**")
        for label in PAGES:
            link(label, label, carried())
        with st.popover("Link to this view", icon=":material/link:", key="link", on_change="rerun") as box:
            if box.open:  # opening it runs the page again, so that all that was chosen meanwhile is in the URL
                st.code(address(), language=None, wrap_lines=True)
                st.caption("Opens the page as you see it now, wherever this server can be reached.")
    st.title(name, anchor=False)
    st.caption(lead)
    show_callback_error(name)
    if is_read_only():
        st.info(READ_ONLY, icon=":material/lock:")
    with boundary():
        data_access.keep_going()
    with boundary():
        tray(name)
    with boundary():
        yield
