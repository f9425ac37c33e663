"""What benchmarks share: a run's result, from the store where it is there already, and plain tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from core.errors import StoreError
from core.jobs.worker import attempt
from core.specs import RunSpec
from core.store import Store


def finished(store: Store, spec: RunSpec) -> dict[str, Any]:
    """The result of a spec; runs it in this process unless the store has it.

    Raises:
        StoreError: the run did not finish.
    """
    store.mark_interrupted()
    run = store.submit(spec)
    if store.row(run).state != "done" and attempt(store, run) != "done":
        raise StoreError(f"run {run} ({spec.forget.text}, {spec.method.name}) did not finish: {store.row(run).error}")
    return store.run(run).result


def print_rows(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A Markdown table, row by row as they come; fractions with four digits."""
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}", flush=True)
    for row in rows:
        cells = ("-" if cell is None else f"{cell:.4f}" if isinstance(cell, float) else str(cell) for cell in row)
        print(f"| {' | '.join(cells)} |", flush=True)
