"""The table of all runs: which are shown, and what choosing one line or several does."""

import datetime
import time
from collections.abc import Collection

import pandas as pd
import streamlit as st

from core.figures import MAX_RUNS
from core.store import RunRow
from pages.ui.forget import live
from pages.ui.shell import data_access
from pages.ui.shell.url_state import select


def filters() -> tuple[str, bool]:
    """A text and whether starred runs only: what the table is narrowed to."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Find", key="runs.find", bind="query-params", width=320, icon=":material/search:",
                             placeholder="name, note, data, method, state", label_visibility="collapsed")  # fmt: skip
        starred = st.toggle("Starred only", key="runs.starred", bind="query-params")
    return text, starred


def matching(rows: list[RunRow], text: str, starred: bool) -> list[RunRow]:
    """The runs in whose id, title, note, state or message every word of the text occurs."""
    words = text.lower().split()

    def matches(row: RunRow) -> bool:
        said = " ".join((row.id, data_access.title(row), row.note, row.state, row.error or "")).lower()
        return (row.starred or not starred) and all(word in said for word in words)

    return [row for row in rows if matches(row)]


def listing(rows: list[RunRow]) -> pd.DataFrame:
    """One line a run, for the table."""
    columns = ["★", "what", "name", "state", "queued", "seconds", "run", "attempts", "note", "message"]
    return pd.DataFrame(
        [
            ("★" if row.starred else "", data_access.label(data_access.spec_of(row)), row.name, row.state,
             datetime.datetime.fromtimestamp(row.queued), seconds(row), row.id, row.attempts, row.note, row.error or "")
            for row in rows
        ],
        columns=columns,
    )  # fmt: skip


def seconds(row: RunRow) -> float | None:
    """How long the last attempt took, or has taken so far."""
    if row.started is None or row.state == "queued":
        return None
    return (time.time() if row.state == "running" else row.changed) - row.started


def table(text: str, starred: bool, active: bool) -> None:
    """The table, to be drawn again and again while something is queued or running.

    One chosen line opens below, two and more are compared.
    """
    everything = data_access.store().rows()
    if active != any(row.state in live.ACTIVE for row in everything):
        st.rerun()
    rows = matching(everything, text, starred)
    if not rows:
        st.caption("No run is like that.")
        return
    # A selection is kept as line numbers, so it must not outlive the lines.
    event = st.dataframe(
        listing(rows), key=f"runs.{hash(tuple(row.id for row in rows))}", hide_index=True, on_select="rerun",
        selection_mode="multi-row", height=min(38 + 35 * len(rows), 320),
        column_config={"★": st.column_config.TextColumn(width=30), "name": st.column_config.TextColumn(width=110),
                       "queued": st.column_config.DatetimeColumn(format="D MMM, HH:mm:ss"),
                       "seconds": st.column_config.NumberColumn(format="%.1f")},
    )  # fmt: skip
    chosen = tuple(rows[line].id for line in event["selection"]["rows"])
    _open(chosen, {row.id for row in rows if row.state == "done"})


def _open(chosen: tuple[str, ...], done: Collection[str]) -> None:
    """Acts on a selection once, when it changes: what was chosen elsewhere since then stays."""
    if chosen == st.session_state.get("runs.chosen", ()):
        return
    st.session_state["runs.chosen"] = chosen
    finished = [run for run in chosen if run in done][:MAX_RUNS]
    if len(chosen) == 1:
        select("run", chosen[0])
        select("vs", None)
        st.rerun()
    elif len(finished) > 1:
        select("vs", ",".join(finished))
        st.rerun()
