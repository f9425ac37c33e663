"""Picking classes by name: pills while they are few, above that a box to search in."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.ui.shell.errors import callback, plain

MAX_PILLS = 40  # a browser draws a thousand for seconds, and they push everything else off the screen
ALL = "all"  # as in requests; no class may have this name


def pick_classes(label: str, names: Sequence[str], key: str, changed: Callable[[], None]) -> None:
    """Any number of classes; in the box also ``all``, so that not every one of them has to be listed.

    Args:
        key: of the widget, whose value is what ``picked_classes`` returns.
    """
    if len(names) <= MAX_PILLS:
        st.pills(
            label,
            names,
            selection_mode="multi",
            key=key,
            on_change=callback(changed),
            label_visibility="collapsed",
            format_func=plain,
        )
    else:
        st.multiselect(
            label, [ALL, *names], key=key, on_change=callback(changed), label_visibility="collapsed",
            placeholder=f"Search in {len(names):,} classes", format_func=lambda name: _title(name, len(names)),
        )  # fmt: skip


def pick_class(label: str, names: Sequence[str], key: str, about: str) -> str | None:
    """One class or none."""
    if len(names) <= MAX_PILLS:
        return st.pills(label, names, key=key, help=about, format_func=plain)
    return st.selectbox(label, names, None, key=key, help=about, placeholder=f"Search in {len(names):,} classes")


def picked_classes(ids: Sequence[int], names: Sequence[str]) -> list[str]:
    """The value of the widget of ``pick_classes`` in which these classes are picked."""
    return [ALL] if len(ids) == len(names) > MAX_PILLS else [names[n] for n in ids]


def class_names(picked: Sequence[str]) -> str:
    """The picked classes as a request names them."""
    return ALL if ALL in picked else ",".join(picked)


def _title(name: str, count: int) -> str:
    return f"All {count:,} classes" if name == ALL else name
