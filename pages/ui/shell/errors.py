"""The one place where errors become a sentence: in a page, in a fragment of it, and in what a widget calls."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import streamlit as st

from core.errors import UnlearnError
from core.paths import PROJECT, data_root, default_store

MISTAKE = "Something went wrong here, by a mistake in this app; the log of its server says what."
SAID = "boundary.said"  # the sentence of the last callback, until the next one

log = logging.getLogger(__name__)


@contextmanager
def boundary() -> Iterator[None]:
    """Shows an error as one sentence."""
    try:
        yield
    except Exception as error:
        st.error(_sentence(error), icon=":material/error:")


def fragment(draw: Callable[..., None], every: float | None = None) -> Callable[..., None]:
    """A part of a page that is drawn again without the rest of it, in a boundary of its own.

    Args:
        every: seconds between two drawings; None: only when one of its widgets is used.
    """

    @wraps(draw)
    def bounded(*args: Any) -> None:
        with boundary():
            draw(*args)

    return st.fragment(bounded, run_every=every)


def callback(act: Callable[..., Any], *args: Any) -> Callable[[], None]:
    """What a widget calls: an error is shown as a sentence, and then the whole page is drawn again.

    Streamlit calls it outside of every boundary. After a widget of a fragment it would draw the fragment alone: the
    other widgets would keep the values that they have in the browser, and what was set here would be lost.
    """

    def bounded() -> None:
        st.session_state[SAID] = None
        try:
            act(*args)
        except Exception as error:
            st.session_state[SAID] = _sentence(error)
        st.rerun()

    return bounded


def show_said(page: str) -> None:
    """What the last callback on this page had to say, where it is seen however far the page is scrolled."""
    if st.session_state.get("boundary.page") != page:
        st.session_state["boundary.page"], st.session_state[SAID] = page, None
    if said := st.session_state.get(SAID):
        with st.bottom:
            st.error(said, icon=":material/error:")


def _sentence(error: Exception) -> str:
    if isinstance(error, UnlearnError):
        return plain(str(error))
    log.exception("a mistake in the app", exc_info=error)
    return MISTAKE


def plain(text: str) -> str:
    """Text of unknown origin, with the signs escaped that Markdown would act on, and without folders of the server."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()<>#+-.!|$~:" else sign for sign in without_folders(text))


def without_folders(text: str) -> str:
    """The text with folders of this machine left out, which are no business of a visitor's."""
    for name, folder in (("data", data_root()), ("store", default_store()), ("app", PROJECT)):
        for path in (folder.absolute(), folder.resolve()):
            text = text.replace(str(path), name)
    return re.sub(r"(?<![\w./:])/(?:[^\s/'\"(),;]+/)+", "…/", text)  # all others: only the name at the end
