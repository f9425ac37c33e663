"""Links between pages, by the pages' names."""

from collections.abc import Mapping
from typing import Any, NoReturn

import streamlit as st

PAGES = {  # in menu order: name -> script, icon
    "Overview": ("app.py", ":material/home:"),
    "Learn": ("pages/0_Learn.py", ":material/school:"),
    "Forget": ("pages/1_Forget.py", ":material/backspace:"),
    "Images": ("pages/2_Images.py", ":material/photo_library:"),
    "Sensitivity": ("pages/3_Sensitivity.py", ":material/scatter_plot:"),
    "Easy and hard": ("pages/4_Easy_and_hard.py", ":material/call_split:"),
    "Gold comparison": ("pages/5_Gold_comparison.py", ":material/balance:"),
    "Privacy": ("pages/6_Privacy.py", ":material/shield:"),
    "Sequences": ("pages/7_Sequences.py", ":material/low_priority:"),
    "Try an image": ("pages/8_Try_an_image.py", ":material/draw:"),
    "Runs": ("pages/9_Runs.py", ":material/list_alt:"),
    "Papers": ("pages/10_Papers.py", ":material/article:"),
}


def link(page: str, label: str, query: Mapping[str, str] | None = None, icon: str | None = None, **look: Any) -> None:
    """Draws a link to a page.

    Args:
        query: parameters of the page's URL.
        icon: default the page's own.
        look: further arguments of ``st.page_link``.
    """
    script, its_icon = PAGES[page]
    st.page_link(script, label=label, icon=icon or its_icon, query_params=query, **look)


def go(page: str, query: Mapping[str, str]) -> NoReturn:
    """Leaves for another page."""
    st.switch_page(PAGES[page][0], query_params=query)
