"""Every run: queued, running, finished, failed; open one, compare several, take them away, and tidy up."""

import streamlit as st

from pages.ui.forget import live
from pages.ui.runs import compare, disk_usage, run_actions, runs_table
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback, fragment
from pages.ui.shell.links import link
from pages.ui.shell.page import page
from pages.ui.shell.url_state import select, selected


def close_comparison() -> None:
    """Back to single runs."""
    select("vs", None)


with page(
    "Runs", "Runs execute in a separate worker process. Closing the page or restarting the server does not stop them."
):
    rows = data_access.store().rows()
    compared = compare.wanted()
    if rows:
        text, starred = runs_table.filters()
        active = any(row.state in live.ACTIVE for row in rows)
        fragment(runs_table.table, 1.0 if active else None)(text, starred, active)
    elif len(compared) < 2:  # shipped examples can be compared without any
        st.info("No run yet.", icon=":material/info:")
        link("Forget", "Forget something")

    if not compare.follow_missing():
        compare.say_missing(compared)
        if len(compared) < 2:
            compare.offer()
    run = selected("run")
    row = next((row for row in rows if row.id == run), None)
    if len(compared) > 1:
        st.header("Comparison", anchor="comparison")
        st.button("Close the comparison", icon=":material/close:", on_click=callback(close_comparison))
        compare.section(compared)
    elif row is not None:
        run_actions.way_back(row)
        run_actions.actions(row)
        live.show_run(row.id)
    elif run is not None:
        run_actions.say_not_here(run)
    elif rows:
        st.caption("Select one run to open it, or two to eight to compare them.")
    disk_usage.section()
