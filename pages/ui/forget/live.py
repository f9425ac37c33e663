"""A run while it goes on: real progress of every phase, the curves so far, and the button that ends it."""

import time
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core import DataUnavailable, RunSpec, plan
from core.access import is_read_only
from core.analysis.summary import summarize
from core.datasets import is_prepared
from core.figures import Shown, accuracy_curves, playback, role_name, sensitivity_curves
from core.jobs import ensure_supervisor
from core.planning.plan import Plan
from core.planning.remaining import left_of_phase, left_of_run
from core.results import Accuracies
from core.roles import is_gold, only_golds
from core.store import GALLERY, RunFolder, RunRow, open_run
from pages.ui.forget import so_far, step_slider
from pages.ui.forget.plan_summary import duration
from pages.ui.forget.replay import replay, three_numbers
from pages.ui.runs import summary
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback, fragment, plain, without_folders
from pages.ui.shell.figure import show

ACTIVE = data_access.ACTIVE
TILES = 16  # of the replay; two rows beside the form
CURVE = 430  # pixels wide
COLORS = {"done": "green", "failed": "red", "cancelled": "gray", "interrupted": "orange"}


def title(run: str) -> None:
    """What a run is called."""
    folder = open_run(data_access.store(), run)
    shipped = folder.root == GALLERY
    name = data_access.label(folder.spec) if shipped else data_access.title(data_access.store().row(run))
    st.markdown(f"**{plain(name)}** · {run}{' · shipped example' if shipped else ''}")


def show_run(run: str, *, alone: bool = True) -> None:
    """A run of the store, followed until it ends, or a shipped one.

    Args:
        alone: with its title and a line of progress; False where ``title`` and ``show_status`` stand elsewhere.
    """
    if alone:
        title(run)
    folder = open_run(data_access.store(), run)
    if folder.root == GALLERY:
        finished(folder, alone=alone)
        return
    active = data_access.store().row(run).state in ACTIVE
    fragment(_watch, 0.5 if active else None)(run, active, alone)


def show_status(run: str) -> None:
    """How far a run is and a way to end it, in one line; nothing where it does not go on."""
    rows = {row.id: row for row in data_access.store().rows()}
    if run in rows and rows[run].state in ACTIVE:
        fragment(_watch_status, 0.5)(run)


def _watch_status(run: str) -> None:
    store = data_access.store()
    row, folder = store.row(run), store.run(run)
    if row.state not in ACTIVE:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            phases = folder.progress()["phases"] if row.state == "running" else []
            if phases:
                now = phases[-1]
                st.progress(now["done"] / now["total"] if now["total"] else 1.0, text=_phase_text(now, last=True))
            else:
                st.progress(0.0, text=_waiting(row))
        _cancel(row)


def _watch(run: str, active: bool, alone: bool) -> None:
    store = data_access.store()
    row, folder = store.row(run), store.run(run)
    if active != (row.state in ACTIVE):
        st.rerun()  # once, for the page around and the pace of this fragment
    if row.state != "done":
        badge(row.state)
    if row.state in ACTIVE:
        _going_on(row, folder, alone)
    elif row.state == "done":
        finished(folder, alone=alone)
    else:
        _ended(row, folder)


def badge(state: str) -> None:
    """The state as a coloured word."""
    st.badge(state, color=COLORS.get(state, "blue"))


def _going_on(row: RunRow, folder: RunFolder, alone: bool) -> None:
    if not is_read_only():
        ensure_supervisor(data_access.store())  # it may have gone idle, or its machine was restarted
    if alone:
        _cancel(row)
    if row.state == "queued":
        if alone:
            st.info(_waiting(row))
        return
    progress = folder.progress()
    if progress["steps"]:
        _curves(pd.DataFrame(progress["steps"]), row.id, only_golds(progress.get("accuracy", {})))
    so_far.show(folder, progress.get("accuracy", {}))
    if left := _left(folder, progress["phases"]):
        st.caption(left)
    for phase in progress["phases"] if alone else ():
        done, total = phase["done"], phase["total"]
        st.progress(done / total if total else 1.0, text=_phase_text(phase, phase is progress["phases"][-1]))


def _cancel(row: RunRow) -> None:
    st.button("Cancel", key=f"cancel.{row.id}", icon=":material/stop_circle:", disabled=is_read_only(),
              on_click=callback(data_access.store().cancel, row.id))  # fmt: skip


def _waiting(row: RunRow) -> str:
    """What a queued run waits for."""
    waiting = [other.id for other in reversed(data_access.store().rows()) if other.state in ACTIVE]
    place = waiting.index(row.id) if row.id in waiting else 0  # it may have been cancelled just now
    return "Starting a worker." if place == 0 else f"{place} run{'s' * (place > 1)} ahead in the queue."


def _left(folder: RunFolder, phases: list[dict[str, Any]]) -> str:
    """How long the run will still take; empty where nothing is known."""
    try:
        seconds, whole = left_of_run(_planned(folder.spec, str(folder.root)), phases, time.time())
    except DataUnavailable:
        return ""  # its images are on the machine that works on it
    if seconds is None:
        return ""
    return f"{duration(seconds)} left{'' if whole else ', without unlearning and measuring'}."


@st.cache_resource(ttl=5, max_entries=16, show_spinner=False)
def _planned(spec: RunSpec, root: str) -> Plan:
    return plan(spec, models=data_access.store().models, past=data_access.past(root))


def _phase_text(phase: dict[str, Any], last: bool) -> str:
    name, done, total = phase["name"], phase["done"], phase["total"]
    words = {
        "unlearn": "Unlearning",
        "measure": "Measuring the unlearned model",
        "relearn": "Relearning the forget set",
        "shadows": "Pairs of shadow models",
        "twin": "Training the twin",
        "curriculum": "Training short models for TMU's CF feature",
        "proxy": "Training short proxies of gold as a baseline",
    }
    if name.startswith("norms of "):
        title = f"Input gradients of {role_name(name.removeprefix('norms of ')).lower()}"
    else:
        title = words.get(name) or f"Training {role_name(name).lower()}"
    going_on = (last or is_gold(name)) and done < total  # golds may be trained side by side
    elapsed = (time.time() if going_on else phase["changed"]) - phase["started"]
    if name == "unlearn" and going_on:  # methods end when they have forgotten, most long before their limit
        return f"{title}: step {done} of at most {total} ({elapsed:.0f} s)"
    left = left_of_phase(phase, time.time()) if going_on else None
    return f"{title}: {done} of {total} ({elapsed:.0f} s{f', {duration(left)} left' if left else ''})"


def _curves(trajectory: pd.DataFrame, run: str, golds: Mapping[str, Accuracies]) -> None:
    with st.container(horizontal=True):  # side by side where there is room
        with st.container(width=CURVE):
            show(accuracy_curves(trajectory, list(golds.values())), f"live.accuracies.{run}")
        with st.container(width=CURVE):
            show(sensitivity_curves(trajectory), f"live.norms.{run}")


def finished(folder: RunFolder, *, alone: bool = True) -> None:
    """A finished run: at a glance, in numbers, ways on, and step by step."""
    result = folder.result
    replay(folder, f"replay.{folder.run}", tiles=TILES)
    three_numbers(folder)
    summary.onward(folder.spec, clone=alone)
    summary.numbers(result)
    st.markdown(summarize(result))
    step_by_step(folder)
    summary.details(folder)


def step_by_step(folder: RunFolder) -> None:
    """The unlearning played back in the browser."""
    trajectory = folder.table("trajectory")
    if len(trajectory) < 2:
        return
    st.subheader("Step by step", anchor=False)
    show(_playback(folder, is_prepared(folder.spec.model.data.name)), f"playback.{folder.run}")
    step_slider.stop_here(folder, int(trajectory["step"].iloc[-1]))


@data_access.cached(16, shared=True)
def _playback(folder: RunFolder, has_images: bool) -> Shown:
    """Kept, because it takes longer than the rest of a page.

    Args:
        has_images: whether its images are on this machine; else placeholders are drawn.
    """
    trajectory, golds = folder.table("trajectory"), list(folder.result.golds.values())
    delta = getattr(folder.spec.method, "delta", None) if _stops_by_dip(folder) else None
    return playback(trajectory, golds, delta, int(trajectory["step"].iloc[-1]), step_slider.followed(folder))


def _stops_by_dip(folder: RunFolder) -> bool:
    method = folder.spec.method
    return getattr(method, "stop", None) == "paper" or getattr(method, "variant", None) == "paper"


def _ended(row: RunRow, folder: RunFolder) -> None:
    if row.state == "failed":
        st.error(plain(row.error or "Failed without a message."), icon=":material/error:")
    elif row.error:
        st.warning(plain(row.error), icon=":material/info:")
    st.caption("Trained models are kept; resuming continues from the last epoch.")
    st.button("Resume", disabled=is_read_only(), key=f"again.{row.id}", icon=":material/replay:",
              on_click=callback(take_up_again, row.id))  # fmt: skip
    if steps := folder.progress()["steps"]:
        _curves(pd.DataFrame(steps), row.id, {})
    if log := folder.log():
        with st.expander("Log", icon=":material/terminal:"):
            st.code(without_folders(log), language=None)


def take_up_again(run: str) -> None:
    """Queues a run that did not finish."""
    data_access.queue(data_access.store().run(run).spec)
