"""Sequences of requests in the store: what is missing and what it costs, what goes on, and what the steps have left."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import streamlit as st

from core import METHODS, RunSpec, Store, plan
from core.access import is_read_only
from core.analysis.sequences import request_accuracies, sequence_steps
from core.analysis.summary import summarize
from core.errors import NotFound
from core.figures import request_name, sequence_gap, sequence_matrix, sequence_summary
from core.metrics.catalogue import METRICS, share_keys
from core.store import RunFolder, open_finished
from pages.ui.forget import live
from pages.ui.forget.plan_summary import duration
from pages.ui.runs import summary, sweep
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback, plain
from pages.ui.shell.figure import show, table

Sequences = Mapping[str, tuple[RunSpec, ...]]
ROLE_TITLES = {"unlearned": "Unlearned", "gold": "Gold"}


def offer(sequences: Sequences) -> None:
    """What is still to be run, about how long it takes, and the button that queues it; progress once it is queued.

    Raises:
        InvalidSpec: a sequence that can't be run.
    """
    specs = {spec.id: spec for steps in sequences.values() for spec in steps}
    rows = {row.id: row for row in data_access.store().rows() if row.id in specs}
    active = [row for row in rows.values() if row.state in live.ACTIVE]
    waiting = {row.id for row in active}
    missing = [spec for name, spec in specs.items() if name not in waiting and _finished(spec) is None]
    for name, row in rows.items():
        if row.state == "failed":
            st.error(f"{_step_name(specs[name])}: {plain(row.error or 'no message')}", icon=":material/error:")
    if missing:
        count = f"{len(missing)} step{'s' * (len(missing) > 1)}"
        costs = _costs(str(data_access.store().root), tuple(missing))
        st.button(f"Run the sequence{'s' * (len(sequences) > 1)} ({count})", type="primary", disabled=is_read_only(),
                  icon=":material/play_arrow:", on_click=callback(_queue, missing))  # fmt: skip
        st.caption(costs)
    if active:
        sweep.follow(
            lambda: [row for row in data_access.store().rows() if row.id in specs], "of this page", redraw=True
        )
        now = next((row for row in active if row.state == "running"), active[-1])
        with st.expander(f"Now: {_step_name(specs[now.id])}", expanded=True, icon=":material/autorenew:"):
            live.show_run(now.id)


def results(sequences: Sequences) -> None:
    """Every finished step of every method: where it stands against gold, what came back, and the ways on."""
    finished = {name: found for name, steps in sequences.items() if (found := _finished_steps(steps))}
    if not finished:
        st.info(
            "Nothing is finished yet. After the first step, its gap to gold and the accuracy on every request's "
            "images appear here; from the second step on, also whether forgotten images come back.",
            icon=":material/info:",
        )  # fmt: skip
        return
    measured = {name: _measured(found) for name, found in finished.items()}
    steps = pd.concat([own.assign(method=METHODS[name].title) for name, (own, _) in measured.items()])
    st.header("After every request", anchor=False)
    for name, (own, accuracies) in measured.items():
        of = f", {len(own)} of {len(sequences[name])} steps" if len(own) < len(sequences[name]) else ""
        st.markdown(f"**{METHODS[name].title}**{of}: {sequence_summary(own, accuracies)}")
    _curves(steps)
    _one_method(finished, measured)
    st.subheader("Every number", anchor=False)
    shares = (*share_keys(), *(f"{name}_floor" for name in share_keys()))
    table(steps[["method", *(name for name in steps if name != "method")]], "sequence", shares)


def _curves(steps: pd.DataFrame) -> None:
    utility, resilience = st.columns(2, gap="medium")
    with utility:
        st.subheader("Utility gap", anchor=False)
        metric = st.segmented_control(
            "Measured by", ("gap", "kl"), default="gap", required=True, key="utility", bind="query-params",
            format_func=lambda name: METRICS[name].name, label_visibility="collapsed",
        )  # fmt: skip
        show(sequence_gap(steps, metric), f"sequence.{metric}")
    with resilience:
        st.subheader("Resilience gap", anchor=False)
        st.caption("Do forgotten images stay forgotten?")
        show(sequence_gap(steps, "resilience"), "sequence.resilience")


def _one_method(finished: Mapping[str, list[RunFolder]], measured: Mapping[str, tuple]) -> None:
    """The accuracies of one method beside gold's, and the runs of its steps."""
    st.subheader("Accuracy on every request's images", anchor=False)
    names = list(finished)
    name = st.segmented_control(
        "Method", names, default=names[0], required=True, key="of", format_func=lambda name: METHODS[name].title,
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    steps, accuracies = measured[name]
    requests = steps["request"].tolist()
    for column, (role, title) in zip(st.columns(2, gap="medium"), ROLE_TITLES.items(), strict=True):
        with column:
            st.markdown(f"**{title}**")
            show(sequence_matrix(accuracies, requests, role), f"matrix.{name}.{role}")
    st.subheader("One step", anchor=False)
    runs = finished[name]
    number = st.segmented_control(
        "Step", range(len(runs)), default=len(runs) - 1, required=True, key=f"step.{name}.{len(runs)}",
        format_func=lambda n: f"{n + 1} · {plain(request_name(requests[n]))}", label_visibility="collapsed",
        bind="query-params",
    )  # fmt: skip
    summary.numbers(runs[number].result)
    st.markdown(summarize(runs[number].result))
    summary.onward(runs[number].spec)


def _finished(spec: RunSpec) -> RunFolder | None:
    try:
        return open_finished(data_access.store(), spec.id)
    except NotFound:
        return None


def _finished_steps(steps: tuple[RunSpec, ...]) -> list[RunFolder]:
    """The runs up to the first that is not finished."""
    found: list[RunFolder] = []
    for spec in steps:
        if (run := _finished(spec)) is None:
            break
        found.append(run)
    return found


def _measured(runs: list[RunFolder]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``sequence_steps`` and ``request_accuracies`` of finished steps."""
    return _measure(tuple((str(run.root), run.run, (run.folder / "result.json").stat().st_mtime) for run in runs))


@st.cache_data(max_entries=32, show_spinner="Comparing the steps with gold")
def _measure(places: tuple[tuple[str, str, float], ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    runs = [RunFolder(Path(root), run) for root, run, _ in places]
    accuracies = request_accuracies([run.samples() for run in runs])
    return sequence_steps([run.result for run in runs], accuracies), accuracies


def _queue(missing: list[RunSpec]) -> None:
    data_access.queue(*missing)


@st.cache_data(ttl=5, max_entries=8, show_spinner=False)
def _costs(root: str, missing: tuple[RunSpec, ...]) -> str:
    """How many models have to be trained, and about how long everything takes. Checks every run."""
    plans = [plan(spec, models=Store(root).models, past=data_access.past(root)) for spec in missing]
    training = {
        model.key: planned.seconds[role]
        for planned in plans
        for role, model in planned.models.items()
        if role not in planned.cached and model.train.epochs
    }
    images = len(plans[-1].removed)
    text = f"{images:,} images forgotten in total. Models to train: {len(training)}, shared by all methods."
    if None in training.values():
        return f"{text} Time unknown: no similar model has been trained yet."
    working = [planned.seconds[phase] or 0.0 for planned in plans for phase in ("unlearn", "measure")]
    source = "roughly" if any(planned.rough for planned in plans) else "by earlier runs"
    return f"{text} Time: {duration(sum(filter(None, training.values())) + sum(working))}, {source}."


def _step_name(spec: RunSpec) -> str:
    return f"{METHODS[spec.method.name].title}, request {len(spec.after) + 1}: {plain(spec.forget.title)}"
