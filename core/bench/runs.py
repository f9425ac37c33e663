"""Results of the runs of a benchmark: from the store, or run now."""

from core.errors import NotFound, StoreError
from core.results import Result
from core.specs import RunSpec
from core.store import RunFolder, Store, open_finished


def required(value: float | None) -> float:
    """The value, which the benchmark needs from every run.

    Raises:
        ValueError: the run has no such value.
    """
    if value is None:
        raise ValueError("a run of this benchmark lacks the value of a column")
    return value


class Runs:
    """Provides the results of runs and records which were used.

    Attributes:
        used: run id -> result, for all results used.
        finished_only: never run anything; read the shipped gallery too.
    """

    def __init__(self, store: Store, *, finished_only: bool = False) -> None:
        self.store = store
        self.finished_only = finished_only
        self.used: dict[str, Result] = {}

    def has(self, spec: RunSpec) -> bool:
        """Whether the store has the finished run of a spec."""
        try:
            return self.folder(spec).done
        except NotFound:
            return False

    def folder(self, spec: RunSpec) -> RunFolder:
        """The run of a spec.

        Raises:
            NotFound: it is not in the store.
        """
        return open_finished(self.store, spec.id) if self.finished_only else self.store.run(spec.id)

    def result(self, spec: RunSpec) -> Result:
        """The result of a spec, from the store or run in this process.

        Raises:
            StoreError: the run did not finish.
        """
        if not self.has(spec):
            self._make(spec)
        return self.used.setdefault(spec.id, self.folder(spec).result)

    def _make(self, spec: RunSpec) -> None:
        from core.jobs.worker import attempt  # imports torch, which a page that reads results must not

        run = self.store.submit(spec)
        if attempt(self.store, run) != "done":
            error = self.store.row(run).error
            raise StoreError(f"run {run} ({spec.forget.text}, {spec.method.name}) did not finish: {error}")
