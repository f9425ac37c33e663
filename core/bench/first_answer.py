"""How long a person waits for an answer: each whole digit, with the shipped models, in a worker that is warm.

From the start of the run to the unlearned model's numbers and to the result. What the page adds is
not in these numbers: up to half a second until it looks again, and the time to draw.
"""

import tempfile
import time
from collections.abc import Iterator
from statistics import median

from core.bench.runs import Runs
from core.bench.table import Part, Table
from core.errors import StoreError
from core.events import Accuracy, Event
from core.jobs.worker import attempt
from core.planning.plan import plan
from core.specs import RunSpec, make_spec
from core.store import Store

DIGITS = tuple(range(10))
HEAD = ("class", "unlearned model after, s", "result after, s", "models trained")


def measure(runs: Runs) -> Iterator[Part]:
    """A row per digit, after a first run that warms the process. The benchmark's store is not used."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        _answer(store, make_spec(forget="class=0", unlearn_seed=1))
        rows = [(number, *_answer(store, make_spec(forget=f"class={number}"))) for number in DIGITS]
    yield Table("mnist-5k, whole classes, mu-mis, shipped models", HEAD, rows)
    yield f"median: unlearned {median(row[1] for row in rows):.1f} s, result {median(row[2] for row in rows):.1f} s"


def _answer(store: Store, spec: RunSpec) -> tuple[float, float, int]:
    """Seconds until the unlearned model's numbers and until the result; how many models were trained."""
    unlearned = 0.0
    trained = len(plan(spec, models=store.models).to_train)
    started = time.perf_counter()

    def watch(event: Event) -> None:
        nonlocal unlearned
        if isinstance(event, Accuracy) and event.role == "unlearned":
            unlearned = time.perf_counter() - started

    if attempt(store, store.submit(spec), watch=watch) != "done":
        raise StoreError(f"run {spec.id} did not finish: {store.row(spec.id).error}")
    ended = time.perf_counter() - started
    return unlearned, ended, trained
