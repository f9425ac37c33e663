"""One request by every suitable method: the button that queues the runs, and how far they are."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from core import RunSpec, jobs
from core.access import is_read_only
from core.specs.sweep import suitable_runs
from core.store import RunRow
from pages.ui.forget import live
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback, fragment
from pages.ui.shell.url_state import select


def button(spec: RunSpec, key: str) -> None:
    """Offers what has not been run yet of this request."""
    if is_read_only():
        return
    have = {row.id for row in data_access.of_request(spec) if row.state in ("done", *live.ACTIVE)}
    missing = [one for one in suitable_runs(spec) if one.id not in have]
    if missing:
        seed = f", unlearning seed {spec.unlearn_seed}" if spec.unlearn_seed else ""
        st.button(
            f"Run all suitable methods ({len(missing)}{seed})", key=f"sweep.{key}", icon=":material/playlist_play:",
            on_click=callback(start, spec, missing), width="stretch",
            help="Runs every method that this data set supports on the same images and gold models: on its authors' "
            "schedule and with the matched stop, with and without retained images. Runs execute one after another; "
            "models are trained once.",
        )  # fmt: skip


def start(spec: RunSpec, missing: list[RunSpec]) -> None:
    """Queues runs in this order, and shows the run that they are compared with."""
    data_access.queue(*missing)
    select("run", spec.id)


def progress(spec: RunSpec, redraw: bool) -> None:
    """While several runs of this request are queued or running: how many are finished, and a way to end the others.

    Args:
        redraw: draw the page anew with every run that has finished, not only after the last one.
    """
    follow(partial(data_access.of_request, spec), "of this request", redraw)


def follow(find: Callable[[], list[RunRow]], which: str, redraw: bool, least: int = 2) -> None:
    """As ``progress``, of the runs that ``find`` finds in the store.

    Args:
        which: which runs these are, for the screen.
        least: so many have to be queued or running.
    """
    rows = find()
    if sum(row.state in live.ACTIVE for row in rows) >= least:
        fragment(_watch, 1.5)(find, which, _finished(rows) if redraw else None)


def _finished(rows: list[RunRow]) -> int:
    return sum(row.state == "done" for row in rows)


def _watch(find: Callable[[], list[RunRow]], which: str, before: int | None) -> None:
    rows = find()
    waiting = [row.id for row in rows if row.state in live.ACTIVE]
    done = _finished(rows)
    if not waiting or (before is not None and done != before):
        st.rerun()
    if not is_read_only():
        jobs.ensure_supervisor(data_access.store())  # it may have gone, as in live
    total = done + len(waiting)
    st.progress(done / total, f"{done} of {total} runs {which} are finished")
    st.button("Cancel the remaining runs", icon=":material/stop_circle:", on_click=callback(_cancel, waiting))


def _cancel(runs: list[str]) -> None:
    for run in runs:
        data_access.store().cancel(run)
