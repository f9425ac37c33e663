"""A figure with everything beside it: how to read it, its numbers as a table, and both as files."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

from core.export import figure_document
from core.figures import Shown, selected_ids, selected_run
from core.glossary import tooltip
from pages.ui.shell.errors import callback, plain

FIGURE_ROWS = 210  # pixels of a figure's table, so that the buttons below it are seen
# Few buttons, so that they leave room for the legend on a phone, where they are always visible.
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d"]}


def show(shown: Shown, key: str) -> None:
    """Draws a figure, its reading sentence, and its numbers."""
    st.plotly_chart(shown.figure, key=key, alt=shown.alt, config=_config(key))
    _beside(shown, key)


def show_selectable(shown: Shown, key: str, changed: Callable[[], None] | None = None) -> list[int]:
    """As ``show``; returns the ids of the images whose points are selected by click, box or lasso.

    Args:
        changed: called when another selection was made, before the page is drawn.
    """
    return selected_ids(_selection(shown, key, changed, "points", "box", "lasso"))


def show_with_runs(shown: Shown, key: str) -> str | None:
    """As ``show``; returns the run whose point is clicked."""
    return selected_run(_selection(shown, key, None, "points"))


def _selection(
    shown: Shown, key: str, changed: Callable[[], None] | None, *modes: Literal["points", "box", "lasso"]
) -> Mapping[str, Any]:
    event: Mapping[str, Any] = st.plotly_chart(
        shown.figure,
        key=key,
        alt=shown.alt,
        on_select=callback(changed) if changed else "rerun",
        config=_config(key),
        selection_mode=modes,
    )
    _beside(shown, key)
    return event["selection"]


def _config(key: str) -> dict[str, Any]:
    """The camera above a figure saves it in the format that was chosen beside it."""
    return CONFIG | {"toImageButtonOptions": {
        "format": st.session_state.get(f"{key}.camera", "png"), "scale": 3, "filename": key,
    }}  # fmt: skip


def _beside(shown: Shown, key: str) -> None:
    with st.container(horizontal=True):  # side by side where there is room, else one below the other
        st.caption(plain(shown.how_to_read), width=600)
        with _popover("Numbers and files", key) as box:
            if box.open:
                _numbers_and_files(shown, key)


def _popover(label: str, key: str) -> Any:
    """A popover whose contents are drawn, and sent to the browser, only where its ``open`` is true."""
    return st.popover(label, icon=":material/table:", key=f"{key}.numbers", on_change="rerun")


def _numbers_and_files(shown: Shown, key: str) -> None:
    _numbers(shown.table, key, shown.fractions, height=FIGURE_ROWS)
    files(shown.table, key, key)
    st.segmented_control("The camera above the figure saves", ["png", "svg"], default="png", required=True,
                         key=f"{key}.camera", format_func=str.upper, persist_state="session")  # fmt: skip
    st.download_button(
        "Interactive HTML", lambda: figure_document(shown, key), f"{key}.html", "text/html", key=f"{key}.html",
        icon=":material/download:", on_click="ignore", help="Works offline; can save PNG and SVG.",
    )  # fmt: skip


def folded_table(label: str, frame: pd.DataFrame, key: str, fractions: tuple[str, ...] = ()) -> None:
    """As ``table``, in a popover."""
    with _popover(label, key) as box:
        if box.open:
            table(frame, key, fractions)


def table(frame: pd.DataFrame, key: str, fractions: tuple[str, ...] = ()) -> None:
    """A data frame with buttons that download it; fractions are shown as percent."""
    _numbers(frame, key, fractions)
    files(frame, key, key)


def _numbers(frame: pd.DataFrame, key: str, fractions: tuple[str, ...], height: int | Literal["auto"] = "auto") -> None:
    st.dataframe(frame, key=f"{key}.table", hide_index=True, column_config=columns(frame, fractions), height=height)


def columns(frame: pd.DataFrame, fractions: tuple[str, ...] = ()) -> dict[str, Any]:
    """For ``st.dataframe``: headers say on hovering what the glossary has of them; fractions are shown as percent."""
    found: dict[str, Any] = {}
    for name in frame:
        about = tooltip(name)
        if name in fractions:
            found[name] = st.column_config.NumberColumn(format="percent", help=about or None)
        elif about:
            found[name] = st.column_config.Column(help=about)
    return found


def files(frame: pd.DataFrame, key: str, name: str) -> None:
    """Buttons that download a data frame under a name; the files are made when they are asked for."""
    with st.container(horizontal=True):
        st.download_button("CSV", lambda: frame.to_csv(index=False), f"{name}.csv", "text/csv", key=f"{key}.csv",
                           icon=":material/download:", on_click="ignore")  # fmt: skip
        st.download_button("Parquet", lambda: frame.to_parquet(index=False), f"{name}.parquet", key=f"{key}.parquet",
                           icon=":material/download:", on_click="ignore")  # fmt: skip
