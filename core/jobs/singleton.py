"""Background processes, at most one per store and kind. They outlive the server and exit when idle."""

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

LOCK_TIMEOUT = 1.0  # seconds: ``is_up`` also holds the lock for a moment

launched: dict[tuple[str, Path], "subprocess.Popen[bytes]"] = {}  # started by this process, by name and store


@dataclass(frozen=True)
class Service:
    """One kind of background process.

    Attributes:
        name: also the name of its lock and log files.
        command: arguments of Python; the store's folder is appended.
    """

    name: str
    command: tuple[str, ...]

    @contextmanager
    def only_one(self, store: Store) -> Iterator[None]:
        """A context that holds the lock of the service.

        Raises:
            StoreError: another process holds it.
        """
        try:
            lock = self._lock(store).acquire(timeout=LOCK_TIMEOUT)
        except Timeout:
            raise StoreError(f"the store {store.root} has another running {self.name}; only one is allowed") from None
        with lock:
            yield

    def is_up(self, store: Store) -> bool:
        """Whether a process of this kind is running."""
        if not store.root.exists():
            return False
        try:
            with self._lock(store).acquire(blocking=False):
                return False
        except Timeout:
            return True

    def ensure(self, store: Store) -> None:
        """Starts a process unless one is running."""
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
