"""A store: an index of runs, their files, and the models that they share."""

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
    """Everything below one folder. Making a ``Store`` writes nothing; the folder appears with the first run.

    Args:
        root: the folder; default ``default_store()``.
        shipped: whether models of the shipped examples count as trained. Not where times are compared, or these very
            models are made.
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
        """All runs, the newest first."""
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
        """The unlearned weights of a finished run of all requests but the last, by the same method from the same
        original; None where there is no such run, or no earlier request."""
        if not spec.after:
            return None
        wanted = spec.replace(after=spec.after[:-1], forget=spec.after[-1]).unlearned_key
        done = (row for row in self.rows() if row.state == "done")
        found = next((row.id for row in done if parse_spec(row.spec).unlearned_key == wanted), None)
        return None if found is None else self.run(found).weights()

    def cancel(self, run: str) -> bool:
        """Ends a queued or running run and the process that works on it; False where it had ended already."""
        process = self.index.process(run)
        was_running = self.row(run).state == "running"
        cancelled = self.index.end(run, "cancelled", only_from=("queued", "running"))
        if cancelled and was_running and process and process[1] == socket.gethostname() and self.is_worked_on(run):
            os.kill(process[0], signal.SIGKILL)  # elsewhere the worker reads its state and ends itself
        return cancelled

    def delete(self, run: str) -> None:
        """Removes an ended run; models stay, other runs may use them."""
        self.index.remove(run)
        remove_folder(self.root / "runs" / run)

    def log_path(self, run: str) -> Path:
        """Where the output of a run's worker goes."""
        return self.root / "runs" / run / "log.txt"

    def note(self, run: str, text: str) -> None:
        """Adds to a run's log."""
        with self.log_path(run).open("a") as log:
            log.write(text)

    def run_lock(self, run: str) -> FileLock:
        """Held by the process that works on a run; free as soon as that process is gone."""
        folder = self.root / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"{run}.lock")

    def is_worked_on(self, run: str) -> bool:
        """Whether a living process holds the run's lock."""
        try:
            with self.run_lock(run).acquire(blocking=False):
                return False
        except Timeout:
            return True

    def next_run(self) -> str | None:
        """The run to work on next: the one queued longest, and none while another is running."""
        busy = any(row.state == "running" for row in self.rows())
        return None if busy else self.index.next()

    def mark_interrupted(self) -> list[str]:
        """Marks running runs whose process is gone as interrupted, and returns them."""
        lost = [row.id for row in self.rows() if row.state == "running" and not self.is_worked_on(row.id)]
        return [run for run in lost if self.index.end(run, "interrupted", "the process that worked on it is gone")]


def open_run(store: Store, run: str) -> RunFolder:
    """A run of the store, else of the shipped gallery.

    Raises:
        NotFound: neither has it.
    """
    for root in (store.root, GALLERY):
        try:
            return RunFolder(root, run)
        except NotFound:
            continue
    raise NotFound(f"run {run!r} is neither in {store.root} nor in the gallery")


def open_finished(store: Store, run: str) -> RunFolder:
    """A finished run of the store, else of the shipped gallery, which stays readable while the store makes it anew.

    Raises:
        NotFound: neither has it, or it is not finished.
    """
    for root in (store.root, GALLERY):
        try:
            folder = RunFolder(root, run)
        except NotFound:
            continue
        if folder.done:
            return folder
    raise NotFound(f"no finished run {run!r} is in {store.root} or in the gallery")
