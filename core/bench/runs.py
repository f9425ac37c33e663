"""The runs behind a benchmark: from the store where they are finished, else made now."""

from core.errors import NotFound, StoreError
from core.jobs.worker import attempt
from core.results import Result
from core.specs import RunSpec
from core.store import Store


class Runs:
    """Gives a benchmark the results of its runs, and remembers which it gave.

    Attributes:
        used: run id -> result, of all that were asked for.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.used: dict[str, Result] = {}

    def has(self, spec: RunSpec) -> bool:
        """Whether the store has the finished run of a spec."""
        try:
            return self.store.run(spec.id).done
        except NotFound:
            return False

    def result(self, spec: RunSpec) -> Result:
        """The result of a spec, run in this process unless the store has it.

        Raises:
            StoreError: the run did not finish.
        """
        if not self.has(spec):
            self._make(spec)
        return self.used.setdefault(spec.id, self.store.run(spec.id).result)

    def _make(self, spec: RunSpec) -> None:
        self.store.mark_interrupted()
        run = self.store.submit(spec)
        if attempt(self.store, run) != "done":
            error = self.store.row(run).error
            raise StoreError(f"run {run} ({spec.forget.text}, {spec.method.name}) did not finish: {error}")
