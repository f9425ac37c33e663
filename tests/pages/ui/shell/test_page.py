from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.shell.errors import plain


@pytest.mark.parametrize("sign", r"\`*_{}[]()<>#+-.!|$~:")
def test_plain_text_means_itself(sign: str) -> None:
    """Every one of these signs can begin something in Streamlit's Markdown: links, images, colours, formulas, icons."""
    assert plain(f"a{sign}b") == f"a\\{sign}b"


def test_plain_text_without_signs_stays_as_it_is() -> None:
    assert plain("50% of 'three', größer") == "50% of 'three', größer"


def test_what_core_raises_on_purpose_is_a_sentence() -> None:
    def script() -> None:
        import streamlit as st

        from core import InvalidSpec
        from pages.ui.shell.page import boundary

        with boundary():
            st.write("before")
            raise InvalidSpec("class '*elf*' is not known")
        st.write("after")

    app = AppTest.from_function(script, default_timeout=30).run()
    assert not app.exception
    assert [error.value for error in app.error] == [r"class '\*elf\*' is not known"]
    assert [text.value for text in app.markdown] == ["before", "after"]


def test_a_mistake_of_the_program_is_not_hidden() -> None:
    def script() -> None:
        from pages.ui.shell.page import boundary

        with boundary():
            raise ZeroDivisionError("oops")

    app = AppTest.from_function(script, default_timeout=30).run()
    assert [error.value for error in app.exception] == ["oops"]


def test_every_page_is_in_the_navigation_with_the_shared_selection(open_page: Callable[..., AppTest]) -> None:
    app = open_page("pages/9_Runs.py", {"run": "a", "img": "5", "pin": "6", "dataset": "digits"})
    links = app.sidebar.get("page_link")
    pages = [
        "Overview", "Forget", "Images", "Sensitivity", "Easy and hard", "Gold comparison", "Privacy", "Sequences",
        "Runs", "Try an image",
    ]  # fmt: skip
    assert [link.proto.label for link in links] == pages
    assert {link.proto.query_string for link in links} == {"run=a&img=5&pin=6"}
