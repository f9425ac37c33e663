"""The one place where errors become a sentence: in a page, in a fragment of it, and in what a widget calls."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import streamlit as st

from core.errors import UnlearnError
from core.escaping import error_sentence, in_markdown
from core.paths import PROJECT, data_root, default_store

MISTAKE = "Something went wrong in this app; the details are in the log of its server."
CALLBACK_ERROR = "callback.error"  # of the last callback, shown until the next one

log = logging.getLogger(__name__)


@contextmanager
def boundary() -> Iterator[None]:
    """Shows an error as one sentence."""
    try:
        yield
    except Exception as error:
        st.error(_sentence(error), icon=":material/error:")


def fragment(draw: Callable[..., None], every: float | None = None) -> Callable[..., None]:
    """A fragment: a part of a page that is rerun without the rest of it, in a boundary of its own.

    Args:
        every: seconds between two reruns; None: only when one of its widgets is used.
    """

    @wraps(draw)
    def bounded(*args: Any) -> None:
        with boundary():
            draw(*args)

    return st.fragment(bounded, run_every=every)


def callback(act: Callable[..., Any], *args: Any) -> Callable[[], None]:
    """A callback of a widget: it shows an error as a sentence, and reruns the whole page.

    Streamlit calls it outside of every boundary. For a widget in a fragment it would rerun only the fragment: the
    widgets around it would keep the values that they have in the browser, and what the callback has set would be lost.
    """

    def bounded() -> None:
        st.session_state[CALLBACK_ERROR] = None
        try:
            act(*args)
        except Exception as error:
            st.session_state[CALLBACK_ERROR] = _sentence(error)
        st.rerun()

    return bounded


def show_callback_error(page: str) -> None:
    """The error of the last callback on this page, at its foot, which is seen however far the page is scrolled."""
    if st.session_state.get("callback.page") != page:
        st.session_state["callback.page"], st.session_state[CALLBACK_ERROR] = page, None
    if error := st.session_state.get(CALLBACK_ERROR):
        with st.bottom:
            st.error(error, icon=":material/error:")


def _sentence(error: Exception) -> str:
    if isinstance(error, UnlearnError):
        return plain(error_sentence(error))
    if isinstance(error, OSError):
        log.warning("a file", exc_info=error)
        return plain(error_sentence(error))
    log.exception("a mistake in the app", exc_info=error)
    return MISTAKE


def plain(text: str) -> str:
    """Text of unknown origin as part of Markdown, without folders of the server: every name, note, message and value
    that comes from data, files, users or URLs goes through here."""
    return in_markdown(without_folders(text) if "/" in text or "\\" in text else text)


def without_folders(text: str) -> str:
    """The text without folders of this machine, which a visitor need not know."""
    for name, folder in (("data", data_root()), ("store", default_store()), ("app", PROJECT)):
        for path in (folder.absolute(), folder.resolve()):
            text = text.replace(str(path), name)
    return re.sub(r"(?<![\w./:])/(?:[^\s/'\"(),;]+/)+", "…/", text)  # all others: only the name at the end
