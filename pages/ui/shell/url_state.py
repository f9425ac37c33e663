"""What the URL says of the selection that all pages share: the run, the selected image, the pinned image."""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

SHARED = ("run", "img", "pin")


def carried() -> dict[str, str]:
    """The shared part of the URL, which every link to another page takes along."""
    return {name: st.query_params[name] for name in SHARED if name in st.query_params}


def select(name: str, value: str | None) -> None:
    """Writes one shared selection into the URL; None takes it out."""
    if value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def selected(name: str) -> str | None:
    """A shared selection."""
    return st.query_params.get(name)


def rest_of_url() -> Mapping[str, str]:
    """The page's own parameters."""
    return {name: value for name, value in st.query_params.to_dict().items() if name not in SHARED}


def address() -> str:
    """The page as it is seen, as a link: everything that the URL holds."""
    words = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    return f"{st.context.url or ''}{'?' if words else ''}{urlencode(words)}"
