"""What the URL says: of the selection that all pages share (the run, the selected image, the pinned image), and of a
page's own view."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

SHARED = ("run", "img", "pin")
MAX_DIGITS = 12  # of an image's id
LAG = 5.0  # seconds in which a busy browser may still send values that the app has replaced


@dataclass(frozen=True)
class Written:
    """A parameter that the app has written: its value, and the old ones that the browser may still send."""

    value: str | None
    replaced: frozenset[str | None]
    when: float


def write(words: Mapping[str, str | None]) -> None:
    """Writes parameters into the URL; None takes one out."""
    written: dict[str, Written] = st.session_state.setdefault("url.written", {})
    changed = {name: value for name, value in words.items() if st.query_params.get(name) != value}
    for name, value in changed.items():
        replaced = written[name].replaced if name in written else frozenset()
        written[name] = Written(value, replaced | {st.query_params.get(name)}, time.monotonic())
    _put(changed)


def catch_up(page: str) -> None:
    """Before a page is drawn: restores what was written where the browser has sent an older value.

    With every rerun the browser sends its URL. The second of two quick clicks sends the URL from before the first, and
    would undo what that has written.
    """
    if st.session_state.get("url.page") != page:
        st.session_state["url.page"], st.session_state["url.written"] = page, {}
    _put({
        name: last.value for name, last in st.session_state["url.written"].items()
        if time.monotonic() - last.when < LAG and st.query_params.get(name) in last.replaced - {last.value}
    })  # fmt: skip


def _put(words: Mapping[str, str | None]) -> None:
    for name, value in words.items():
        if value is None:
            st.query_params.pop(name)
    if present := {name: value for name, value in words.items() if value is not None}:
        st.query_params.update(present)  # all at once: one entry in the browser's history


def carried() -> dict[str, str]:
    """The shared part of the URL, which every link to another page takes along."""
    return {name: st.query_params[name] for name in SHARED if name in st.query_params}


def select(name: str, value: str | None) -> None:
    """Writes one shared selection into the URL; None takes it out."""
    write({name: value})


def selected(name: str) -> str | None:
    """A shared selection."""
    return st.query_params.get(name)


def image_number(name: str | None) -> int | None:
    """The id of an image that a URL names; None for anything else."""
    return int(name) if name and name.isdecimal() and len(name) <= MAX_DIGITS else None


def rest_of_url() -> Mapping[str, str]:
    """The page's own parameters."""
    return {name: value for name, value in st.query_params.to_dict().items() if name not in SHARED}


def address() -> str:
    """The page as it is seen, as a link: everything that the URL holds."""
    words = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    return f"{st.context.url or ''}{'?' if words else ''}{urlencode(words)}"
