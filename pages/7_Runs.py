"""Every run: queued, running, finished, failed; cancel, delete, export, and clone into the form."""

import datetime
import time

import pandas as pd
import streamlit as st

from core.specs import parse_spec, to_query
from core.store import RunRow
from pages.ui import library, live
from pages.ui.links import select, selected
from pages.ui.page import boundary, page


def seconds(row: RunRow) -> float | None:
    """How long the last attempt took, or has taken so far."""
    if row.started is None or row.state == "queued":
        return None
    return (time.time() if row.state == "running" else row.changed) - row.started


def listing(rows: list[RunRow]) -> pd.DataFrame:
    """One line a run, for the table."""
    return pd.DataFrame(
        {
            "run": row.id,
            "state": row.state,
            "what": library.label(parse_spec(row.spec)),
            "queued": datetime.datetime.fromtimestamp(row.queued),
            "seconds": seconds(row),
            "attempts": row.attempts,
            "message": row.error or "",
        }
        for row in rows
    )


def delete(run: str) -> None:
    """Removes a run and leaves its models."""
    library.store().delete(run)
    select("run", None)


def runs_table(active: bool) -> None:
    """The table, kept fresh while something is queued or running; a chosen line opens below."""
    with boundary():
        rows = library.store().rows()
        if active != any(row.state in live.ACTIVE for row in rows):
            st.rerun()
        event = st.dataframe(
            listing(rows), key="runs", hide_index=True, on_select="rerun", selection_mode="single-row",
            column_config={"queued": st.column_config.DatetimeColumn(format="D MMM, HH:mm:ss"),
                           "seconds": st.column_config.NumberColumn(format="%.1f")},
        )  # fmt: skip
        chosen = event["selection"]["rows"]
        if chosen and selected("run") != rows[chosen[0]].id:
            select("run", rows[chosen[0]].id)
            st.rerun()


with page(
    "Runs", "Runs go on in a worker process of their own: a closed page or a restarted server does not stop them."
):
    store = library.store()
    rows = store.rows()
    if not rows:
        st.info("No run yet.", icon=":material/info:")
        st.page_link("pages/1_Forget.py", label="Forget something", icon=":material/backspace:")
        st.stop()
    active = any(row.state in live.ACTIVE for row in rows)
    st.fragment(runs_table, run_every=1.0 if active else None)(active)
    run = selected("run")
    row = next((row for row in rows if row.id == run), None)
    if row is None:
        st.caption("Choose a run to see it.")
        st.stop()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("pages/1_Forget.py", label="Clone into the form", icon=":material/edit:",
                     query_params=to_query(parse_spec(row.spec)))  # fmt: skip
        if row.state == "done":
            st.download_button("Export", store.run(row.id).zipped, f"{row.id}.zip", icon=":material/download:",
                               on_click="ignore")  # fmt: skip
        st.button("Delete", icon=":material/delete:", on_click=delete, args=(row.id,),
                  disabled=row.state in live.ACTIVE,
                  help="Removes this run. Trained models stay, other runs may use them.")  # fmt: skip
    live.show_run(row.id)
