"""What pages read: the store, finished runs by id, their tables and images. Cached by run and time of change."""

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from core import METHODS, DataUnavailable, NotFound, Store, load_dataset
from core.access import is_read_only
from core.analysis.slices import Images, images_of
from core.datasets import is_prepared
from core.examples import examples, shipped
from core.figures import placeholder
from core.jobs import ensure_supervisor
from core.planning.history import Past, look_back
from core.specs import MeasureSpec, RunSpec, parse_spec, to_query
from core.store import GALLERY, RunFolder, RunRow, open_finished
from pages.ui.shell.download import offer_missing
from pages.ui.shell.errors import callback, plain
from pages.ui.shell.links import link
from pages.ui.shell.url_state import select, selected

ACTIVE = ("queued", "running")  # states of a run
Compute = TypeVar("Compute", bound=Callable[..., Any])


def store() -> Store:
    """The store of this server."""
    return Store()


def queue(*specs: RunSpec) -> str:
    """Queues runs in this order, sees to a process that works on them, and returns the id of the last."""
    runs = [store().submit(spec) for spec in specs]
    ensure_supervisor(store())
    return runs[-1]


def keep_going() -> None:
    """Sees to a process that works on the queue, where there is a queue: whoever looks at any page keeps it going."""
    if not is_read_only() and any(row.state in ACTIVE for row in store().rows()):
        ensure_supervisor(store())


def cached(entries: int, shared: bool = False, spinner: str | bool = False) -> Callable[[Compute], Compute]:
    """Keeps what a function computes from a finished run, until the run is made anew.

    Args:
        entries: how many results are kept.
        shared: give all sessions the same object, which nobody may write to; else everyone gets a copy.
        spinner: what the page says while it is computed.
    """

    def decorate(compute: Compute) -> Compute:
        def kept(root: str, run: str, changed: float, *args: Any) -> Any:
            return compute(RunFolder(Path(root), run), *args)

        kept.__module__, kept.__qualname__ = compute.__module__, compute.__qualname__  # Streamlit tells caches by these
        cache = st.cache_resource if shared else st.cache_data
        remembered = cache(max_entries=entries, show_spinner=spinner)(kept)

        @wraps(compute)
        def computed(run: RunFolder, *args: Any) -> Any:
            return remembered(str(run.root), run.run, (run.folder / "result.json").stat().st_mtime, *args)

        return computed

    return decorate


@cached(16)
def samples(run: RunFolder) -> pd.DataFrame:
    """One row per model role and image of a finished run."""
    return run.samples()


@cached(8, shared=True)
def every_image(run: RunFolder) -> Images:
    """One row per image of a finished run, shared by all sessions: not to be written to."""
    return images_of(run.samples())


@lru_cache(maxsize=4096)
def _parsed(spec: str) -> RunSpec:
    return parse_spec(spec)


def spec_of(row: RunRow) -> RunSpec:
    """The spec of a run of the store."""
    return _parsed(row.spec)


def of_request(spec: RunSpec) -> list[RunRow]:
    """The store's runs of one request, whatever their method and state, and whatever else was measured."""
    wanted = _request(spec)
    return [row for row in store().rows() if _request_of(row.spec) == wanted]


def _request(spec: RunSpec) -> str:
    return spec.replace(measure=MeasureSpec()).request_key


@lru_cache(maxsize=4096)
def _request_of(spec: str) -> str:
    return _request(_parsed(spec))


def results(run: RunFolder) -> list[dict[str, Any]]:
    """The results of all finished runs of this run's request: its own, then by unlearning seed. The gallery's where the
    store has none."""
    kept = {entry.spec.id: folder for entry in examples() if (folder := shipped(entry.spec))}
    folders = {name: folder for name, folder in kept.items() if _request(folder.spec) == _request(run.spec)}
    folders |= {row.id: store().run(row.id) for row in of_request(run.spec) if row.state == "done"}
    others = [folder.result for name, folder in folders.items() if name != run.run]
    return [run.result, *sorted(others, key=lambda result: result["spec"]["unlearn_seed"])]


@st.cache_data(ttl=5, max_entries=4, show_spinner=False)
def past(root: str) -> Past:
    """What earlier runs took, for estimates."""
    return look_back(Path(root), GALLERY)


def images(spec: RunSpec, ids: Iterable[int]) -> np.ndarray:
    """Images uint8 (N, C, H, W) by their ids; placeholders for those of a data set that is not on this machine."""
    wanted = np.asarray(list(ids), np.int64)
    data = spec.model.data
    if not is_prepared(data.name):
        return np.repeat(placeholder(data.info.shape)[None], len(wanted), axis=0)
    return load_dataset(data).images_of(wanted)


def label(spec: RunSpec) -> str:
    """A run in a few words: runs of other settings have other labels."""
    try:
        return _label(spec)
    except DataUnavailable:
        method = METHODS[spec.method.name].title
        return f"{spec.model.data.name}: {spec.forget.title} · {method} · its images are not on this machine"


@lru_cache(maxsize=4096)
def _label(spec: RunSpec) -> str:
    words = {"dataset", "forget", "method"}
    query = to_query(spec)
    further = [f"{name.removeprefix('set.')}={value}" for name, value in query.items() if name not in words]
    return " · ".join([f"{spec.model.data.info.title}: {spec.forget.title}", METHODS[spec.method.name].title, *further])


def title(row: RunRow) -> str:
    """A run of the store on screen: its star, its name, and what it is."""
    words = [row.name, label(spec_of(row))]
    return f"{'★ ' if row.starred else ''}{' · '.join(word for word in words if word)}"


def run_of(spec: RunSpec) -> RunFolder | None:
    """The finished run of a spec, the store's or the gallery's; None where it has not been run."""
    try:
        return open_finished(store(), spec.id)
    except NotFound:
        return None


def finished() -> dict[str, str]:
    """Ids and titles of all finished runs: the store's, newest first, then the gallery's."""
    own = {row.id: title(row) for row in store().rows() if row.state == "done"}
    kept = {e.spec.id: f"Example · {e.title}" for e in examples() if shipped(e.spec) and e.spec.id not in own}
    return own | kept


def choose_run(fits: Callable[[RunSpec], object] = lambda spec: True) -> RunFolder | None:
    """A select box over the finished runs, bound to ``run`` in the URL; None where there is none.

    Args:
        fits: what the page needs; without a run in the URL the first that fits is shown, and where none does the first.
    """
    runs = finished()
    if not runs:
        st.info("No finished run yet. Start one on the Forget page.", icon=":material/info:")
        link("Forget", "Forget something")
        return None
    wanted = selected("run")
    if wanted is not None and wanted not in runs:
        st.warning(f"Run {plain(wanted)} is not finished or not here. Showing another run.", icon=":material/info:")
    fitting = (run for run in runs if fits(open_finished(store(), run).spec))
    run = wanted if wanted in runs else next(fitting, next(iter(runs)))
    select("run", run)
    st.session_state["chosen_run"] = run
    st.selectbox(
        "Run",
        runs,
        key="chosen_run",
        on_change=callback(_take_chosen),
        format_func=lambda run: f"{runs[run]} · {run[:6]}",
    )
    found = open_finished(store(), run)
    offer_missing(found.spec.model.data.name)
    return found


def _take_chosen() -> None:
    """Before the page is drawn, so that its links carry the new choice too."""
    select("run", st.session_state["chosen_run"])
