"""Processes of which every store has at most one. They outlive the server that started them, and go when idle."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import StoreError
from core.paths import PROJECT
from core.store import Store

LOOK = 1.0  # seconds: a process that asks whether there is one holds the lock too, for a moment

launched: dict[tuple[str, Path], "subprocess.Popen[bytes]"] = {}  # what this process has started, by name and store


@dataclass(frozen=True)
class Service:
    """One kind of such processes.

    Attributes:
        name: also of its lock and its log.
        command: what Python is started with, before the store's folder.
    """

    name: str
    command: tuple[str, ...]

    @contextmanager
    def only_one(self, store: Store) -> Iterator[None]:
        """Held by the process that does the service.

        Raises:
            StoreError: another process does it already.
        """
        try:
            lock = self._lock(store).acquire(timeout=LOOK)
        except Timeout:
            raise StoreError(f"the store {store.root} has its {self.name} already; one is enough") from None
        with lock:
            yield

    def is_up(self, store: Store) -> bool:
        """Whether a living process does the service."""
        if not store.root.exists():
            return False
        try:
            with self._lock(store).acquire(blocking=False):
                return False
        except Timeout:
            return True

    def ensure(self, store: Store) -> None:
        """Starts a process unless there is one."""
        root = store.root.resolve()
        started = launched.get((self.name, root))
        if (started is not None and started.poll() is None) or self.is_up(store):
            return
        root.mkdir(parents=True, exist_ok=True)
        with (root / f"{self.name}.log").open("ab") as log:
            launched[self.name, root] = subprocess.Popen(
                [sys.executable, *self.command, str(root)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=PROJECT, start_new_session=True,
            )  # fmt: skip

    def _lock(self, store: Store) -> FileLock:
        folder = store.root / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"{self.name}.lock")
