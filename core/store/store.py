"""A store: an index of runs, their files, and the models they share."""

import os
import signal
import socket
from contextlib import suppress
from pathlib import Path

import numpy as np
from filelock import Timeout

from core.errors import NotFound, StoreError
from core.paths import PROJECT, default_store
from core.specs import RunSpec, parse_spec, short, spec_json
from core.store.files import StoreLock, remove_folder, write_bytes
from core.store.index import Index, RunRow
from core.store.inspections import Inspections
from core.store.models import ModelFolder
from core.store.runs import RunFolder

DIED = "its worker process has died"
GALLERY = PROJECT / "assets" / "gallery"


class Store:
    """A folder of runs and models. Creating a ``Store`` writes nothing; the first run creates the folder.

    Args:
        root: the folder; default: ``default_store()``.
        shipped: whether to use models of the shipped examples. False where times are compared or the examples are
            built.
    """

    def __init__(self, root: Path | str | None = None, *, shipped: bool = True) -> None:
        self.root = Path(root) if root is not None else default_store()
        if self.root.exists() and not self.root.is_dir():
            raise StoreError(f"the store {self.root} is a file; name a folder")
        self.index = Index(self.root / "index.sqlite")
        self.models = ModelFolder(self.root / "models", GALLERY / "models" if shipped else None)
        self.inspections = Inspections(self.root / "inspections")

    def submit(self, spec: RunSpec) -> str:
        """Queues a run and returns its id. A run that is done, running or queued stays as it is."""
        self.rows()  # one whose process has died is not running
        self.index.check_room(spec.id)
        write_bytes(self.root / "runs" / spec.id / "spec.json", spec_json(spec).encode())
        self.index.queue(spec.id, spec_json(spec))
        return spec.id

    def rows(self) -> list[RunRow]:
        """All runs, newest first. Those whose process has died are marked as interrupted first."""
        rows = self.index.rows()
        return self.index.rows() if self._interrupt(rows) else rows

    def row(self, run: str) -> RunRow:
        """One run; marked as interrupted first if its process has died.

        Raises:
            NotFound: no such run.
        """
        row = self.index.row(run)
        return self.index.row(run) if self._interrupt([row]) else row

    def run(self, run: str) -> RunFolder:
        """A run's files.

        Raises:
            NotFound: no such run.
        """
        return RunFolder(self.root, run)

    def weights_before(self, spec: RunSpec) -> dict[str, np.ndarray] | None:
        """Weights from which the last request of a sequence can start; None if there are none.

        They come from a finished run of the earlier requests with the same method and original.
        """
        if not spec.after:
            return None
        wanted = spec.replace(after=spec.after[:-1], forget=spec.after[-1]).unlearned_key
        done = (row for row in self.rows() if row.state == "done")
        found = next((row.id for row in done if parse_spec(row.spec).unlearned_key == wanted), None)
        return None if found is None else self.run(found).weights()

    def cancel(self, run: str) -> bool:
        """Cancels a queued or running run and ends its process; False if the run had ended."""
        process = self.index.process(run)
        was_running = self.index.row(run).state == "running"
        cancelled = self.index.end(run, "cancelled", only_from=("queued", "running"))
        if cancelled and was_running and process and process[1] == socket.gethostname() and self.is_worked_on(run):
            os.kill(process[0], signal.SIGKILL)  # on another machine the worker reads the state and stops
        return cancelled

    def delete(self, run: str) -> None:
        """Deletes an ended run; keeps its models, because other runs may use them."""
        self.index.remove(run)
        remove_folder(self.root / "runs" / run)

    def log_path(self, run: str) -> Path:
        """The log file of a run's worker."""
        return self.root / "runs" / run / "log.txt"

    def note(self, run: str, text: str) -> None:
        """Appends to a run's log, if that can be written."""
        with suppress(OSError), self.log_path(run).open("a") as log:
            log.write(text)

    def run_lock(self, run: str) -> StoreLock:
        """Lock of the process that works on a run; released when that process ends."""
        return StoreLock(self.root / "locks" / f"{run}.lock")

    def is_worked_on(self, run: str) -> bool:
        """Whether a process holds the run's lock."""
        try:
            with self.run_lock(run).acquire(blocking=False):
                return False
        except Timeout:
            return True

    def next_run(self) -> str | None:
        """The run to execute next: the one queued longest; None while another is running."""
        busy = any(row.state == "running" for row in self.rows())
        return None if busy else self.index.next()

    def _interrupt(self, rows: list[RunRow]) -> bool:
        """Marks the running runs among these whose process has died; whether there were any.

        Nothing is marked in a store that cannot be written.
        """
        running = [row.id for row in rows if row.state == "running"]
        with suppress(StoreError):
            marked = [self.index.end(run, "interrupted", DIED) for run in running if not self.is_worked_on(run)]
            return any(marked)
        return False


def open_run(store: Store, run: str) -> RunFolder:
    """A run from the store, else from the shipped gallery.

    Raises:
        NotFound: neither has the run.
    """
    for root in (store.root, GALLERY):
        try:
            return RunFolder(root, run)
        except NotFound:
            continue
    raise NotFound(f"run {short(run)!r} is neither in {store.root} nor in the gallery")


def open_finished(store: Store, run: str) -> RunFolder:
    """A finished run from the store, else from the shipped gallery, which stays readable while the store reruns it.

    Raises:
        NotFound: neither has the run, or it is not finished.
    """
    for root in (store.root, GALLERY):
        try:
            folder = RunFolder(root, run)
        except NotFound:
            continue
        if folder.done:
            return folder
    raise NotFound(f"no finished run {short(run)!r} is in {store.root} or in the gallery")
