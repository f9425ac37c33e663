"""A store: an index of runs, their files, and the models they share."""

import os
import signal
import socket
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from core.errors import NotFound, StoreError
from core.paths import PROJECT, default_store
from core.specs import RunSpec, parse_spec, spec_json
from core.store.files import remove_folder, write_bytes
from core.store.index import Index, RunRow
from core.store.inspections import Inspections
from core.store.models import ModelFolder
from core.store.runs import RunFolder

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
        write_bytes(self.root / "runs" / spec.id / "spec.json", spec_json(spec).encode())
        self.index.queue(spec.id, spec_json(spec))
        return spec.id

    def rows(self) -> list[RunRow]:
        """All runs, newest first."""
        return self.index.rows()

    def row(self, run: str) -> RunRow:
        """
        Raises:
            NotFound: no such run.
        """
        return self.index.row(run)

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
        was_running = self.row(run).state == "running"
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
        """Appends to a run's log."""
        with self.log_path(run).open("a") as log:
            log.write(text)

    def run_lock(self, run: str) -> FileLock:
        """Lock of the process that works on a run; released when that process ends."""
        folder = self.root / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"{run}.lock")

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

    def mark_interrupted(self) -> list[str]:
        """Marks running runs whose process has died as interrupted, and returns them."""
        lost = [row.id for row in self.rows() if row.state == "running" and not self.is_worked_on(row.id)]
        return [run for run in lost if self.index.end(run, "interrupted", "its worker process has died")]


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
    raise NotFound(f"run {run!r} is neither in {store.root} nor in the gallery")


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
    raise NotFound(f"no finished run {run!r} is in {store.root} or in the gallery")
