"""The frame of every page: configuration, navigation, title, the selected image, and what errors come to."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.ui.boundary import boundary, plain
from pages.ui.links import carried
from pages.ui.selection import tray

__all__ = ["PAGES", "boundary", "page", "plain"]

PAGES = {
    "Overview": ("app.py", ":material/home:"),
    "Forget": ("pages/1_Forget.py", ":material/backspace:"),
    "Sensitivity": ("pages/2_Sensitivity.py", ":material/scatter_plot:"),
    "Easy and hard": ("pages/3_Easy_and_hard.py", ":material/call_split:"),
    "Gold comparison": ("pages/4_Gold_comparison.py", ":material/balance:"),
    "Privacy": ("pages/5_Privacy.py", ":material/shield:"),
    "Runs": ("pages/7_Runs.py", ":material/list_alt:"),
    "Try an image": ("pages/9_Try_an_image.py", ":material/draw:"),
}


@contextmanager
def page(name: str, lead: str) -> Iterator[None]:
    """One page: ``with page("Forget", "what it is for"):``."""
    st.set_page_config(page_title=f"{name} · Machine unlearning", page_icon="🧽", layout="wide")
    with st.sidebar:
        st.markdown("**Machine unlearning explorer**")
        for label, (path, its_icon) in PAGES.items():
            st.page_link(path, label=label, icon=its_icon, query_params=carried())
    st.title(name, anchor=False)
    st.caption(lead)
    tray(name)
    with boundary():
        yield
