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


def arranged(rows: list[RunRow]) -> list[RunRow]:
    """The running run on top, below it the queue in its order, then the rest with the newest first."""
    active = [row for row in rows if row.state in live.ACTIVE]
    queue = sorted(active, key=lambda row: (row.state != "running", row.queued, row.id))
    return queue + [row for row in rows if row.state not in live.ACTIVE]


def listing(rows: list[RunRow]) -> pd.DataFrame:
    """One line a run, for the table."""
    columns = ["★", "state", "what", "name", "queued", "waited", "seconds", "run", "attempts", "note", "message"]
    return pd.DataFrame(
        [
            ("★" if row.starred else "", row.state, data_access.label(data_access.spec_of(row)), row.name,
             datetime.datetime.fromtimestamp(row.queued), waited(row), seconds(row), row.id, row.attempts, row.note,
             row.error or "")
            for row in rows
        ],
        columns=columns,
    ).astype({"seconds": float})  # fmt: skip


def waited(row: RunRow) -> float:
    """Seconds in the queue: until it began, or was cancelled there, or so far."""
    if (began := _began(row)) is None:
        began = time.time() if row.state == "queued" else row.changed
    return began - row.queued


def seconds(row: RunRow) -> float | None:
    """How long the run took since it was queued last, or has taken so far; None where it has not begun."""
    if (began := _began(row)) is None:
        return None
    return (time.time() if row.state == "running" else row.changed) - began


def _began(row: RunRow) -> float | None:
    """When a worker took it up since it was queued last."""
    return row.started if row.started is not None and row.started >= row.queued else None


def table(text: str, starred: bool, active: bool) -> None:
    """The table, to be drawn again and again while something is queued or running.

    One chosen line opens below, two and more are compared.
    """
    everything = data_access.store().rows()
    if active != any(row.state in live.ACTIVE for row in everything):
        st.rerun()
    rows = arranged(matching(everything, text, starred))
    if not rows:
        st.caption("No runs match.")
        return
    # A selection is kept as line numbers, so it must not outlive the lines.
    event = st.dataframe(
        listing(rows), key=f"runs.{hash(tuple(row.id for row in rows))}", hide_index=True, on_select="rerun",
        selection_mode="multi-row", height=min(38 + 35 * len(rows), 320), placeholder="–",
        column_config={"★": st.column_config.TextColumn(width=30), "name": st.column_config.TextColumn(width=110),
                       "queued": st.column_config.DatetimeColumn(format="D MMM, HH:mm:ss"),
                       "waited": st.column_config.NumberColumn(format="%.1f s", help="Time in the queue."),
                       "seconds": st.column_config.NumberColumn("took", format="%.1f s", help="Of the last attempt.")},
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
