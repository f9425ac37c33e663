"""The one place where errors of core become a sentence, and text of unknown origin becomes plain."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import UnlearnError


@contextmanager
def boundary() -> Iterator[None]:
    """Shows what core raises on purpose as one sentence. Fragments need their own, they run outside the page's."""
    try:
        yield
    except UnlearnError as error:
        st.error(plain(str(error)), icon=":material/error:")


def plain(text: str) -> str:
    """Text of unknown origin, with the signs escaped that Markdown would act on."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()<>#+-.!|$~:" else sign for sign in text)
