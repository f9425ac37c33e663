from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import RunSpec, Store
from core.paths import PROJECT
from pages.ui.shell.errors import MISTAKE, plain, without_folders


def test_plain_text_without_signs_stays_as_it_is() -> None:
    assert plain("50% of 'three', größer") == "50% of 'three', größer"


def test_what_core_raises_on_purpose_is_a_sentence() -> None:
    def script() -> None:
        import streamlit as st

        from core import InvalidSpec
        from pages.ui.shell.errors import boundary

        with boundary():
            st.write("before")
            raise InvalidSpec("class '*elf*' is not known")
        st.write("after")

    app = AppTest.from_function(script, default_timeout=30).run()
    assert not app.exception
    assert [error.value for error in app.error] == [r"class '\*elf\*' is not known"]
    assert [text.value for text in app.markdown] == ["before", "after"]


def test_a_mistake_of_the_program_is_a_sentence_here_and_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def script() -> None:
        from pages.ui.shell.errors import boundary

        with boundary():
            raise ZeroDivisionError("oops in /srv/app/core/secret.py")

    app = AppTest.from_function(script, default_timeout=30).run()
    assert not app.exception
    assert [error.value for error in app.error] == [MISTAKE]
    assert "ZeroDivisionError: oops in /srv/app/core/secret.py" in caplog.text


def test_an_error_in_what_a_widget_calls_is_a_sentence_until_the_next_is_used() -> None:
    def script() -> None:
        import streamlit as st

        from core import InvalidSpec
        from pages.ui.shell.errors import callback, show_callback_error

        def refuse(what: str) -> None:
            raise InvalidSpec(f"{what} is not allowed")

        show_callback_error("Page")
        st.button("one", on_click=callback(refuse, "this"))
        st.button("other", on_click=callback(st.session_state.update, {"used": True}))

    app = AppTest.from_function(script, default_timeout=30).run()
    app.button[0].click().run()
    assert [error.value for error in app.error] == ["this is not allowed"]
    app.run()  # a fragment has drawn the page again
    assert [error.value for error in app.error] == ["this is not allowed"]
    app.button[1].click().run()
    assert not app.error
    assert app.session_state["used"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the index {store}/index.sqlite cannot be used", "the index store/index.sqlite cannot be used"),
        ("{store}/data/prepared/npz-1 cannot be read", "data/prepared/npz-1 cannot be read"),
        ('File "{project}/core/cli.py", line 3', 'File "app/core/cli.py", line 3'),
        ("No such file: '/home/ann/some/where.npz'", "No such file: '…/where.npz'"),
        ("see https://example.org/a/b, T-shirt/top and 3/4/5", "see https://example.org/a/b, T-shirt/top and 3/4/5"),
    ],
)
def test_no_folder_of_the_server_is_shown(text: str, shown: str, own_store: Path) -> None:
    assert without_folders(text.format(store=own_store, project=PROJECT)) == shown


def test_every_page_is_in_the_navigation_with_the_shared_selection(open_page: Callable[..., AppTest]) -> None:
    app = open_page("pages/9_Runs.py", {"run": "a", "img": "5", "pin": "6", "dataset": "digits"})
    links = app.sidebar.get("page_link")
    pages = [
        "Overview", "Learn", "Forget", "Images", "Sensitivity", "Easy and hard", "Gold comparison", "Privacy",
        "Sequences", "Try an image", "Runs", "Papers",
    ]  # fmt: skip
    assert [link.proto.label for link in links] == pages
    assert {link.proto.query_string for link in links} == {"run=a&img=5&pin=6"}


@pytest.mark.parametrize("page", ["app.py", "pages/1_Forget.py", "pages/2_Images.py", "pages/9_Runs.py"])
def test_values_of_any_length_in_the_url(page: str, open_page: Callable[..., AppTest]) -> None:
    """``open_page`` sees to it that none is a mistake."""
    for value in ("a" * 300, "9" * 5000, "own-" + "a" * 300):
        open_page(page, dict.fromkeys(("run", "img", "pin", "vs", "ids"), value))


def test_any_page_keeps_the_queue_going(
    open_page: Callable[..., AppTest], store: Store, quick: Callable[..., RunSpec], supervised: list[Path]
) -> None:
    open_page("pages/3_Sensitivity.py")
    assert supervised == []
    store.submit(quick())
    open_page("pages/3_Sensitivity.py")
    assert supervised == [store.root]
