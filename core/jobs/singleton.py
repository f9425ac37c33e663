"""Background processes, at most one per store and kind. They outlive the server and exit when idle."""

import math
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import Timeout

from core.access import check_writable
from core.errors import StoreError
from core.paths import PROJECT
from core.store import Store
from core.store.files import StoreLock, unwritable

LOCK_TIMEOUT = 1.0  # seconds: ``is_up`` also holds the lock for a moment

LONG_ENOUGH = 240.0  # seconds; a service that has lived for so long did not end at once
MAX_WAIT = 120.0  # seconds between two starts of a service that ends at once

launched: dict[tuple[str, Path], "subprocess.Popen[bytes]"] = {}  # started by this process, by name and store
_waiting: dict[tuple[str, Path], "_Waiting"] = {}


@dataclass
class _Waiting:
    """How long to wait until a service may be started again.

    Attributes:
        started: when it was started last.
        seconds: from then on.
    """

    started: float = -math.inf
    seconds: float = 0.0

    def is_over(self) -> bool:
        """Whether it may be started now; then the next wait is longer, unless it has lived for long."""
        now = time.monotonic()
        lived = now - self.started
        if lived < self.seconds:
            return False
        again = lived < LONG_ENOUGH
        self.started, self.seconds = now, min(2 * self.seconds + 1, MAX_WAIT) if again else 0.0
        return True


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
        """Starts a process unless one is running. One that keeps ending at once is started less and less often.

        Raises:
            ReadOnly: this server starts none.
            StoreError: its log cannot be written.
        """
        check_writable()
        root = store.root.resolve()
        started = launched.get((self.name, root))
        if (started is not None and started.poll() is None) or self.is_up(store):
            return
        waiting = _waiting.setdefault((self.name, root), _Waiting())
        if not waiting.is_over():
            return
        log = root / f"{self.name}.log"
        try:
            root.mkdir(parents=True, exist_ok=True)
            with log.open("ab") as output:
                launched[self.name, root] = subprocess.Popen(
                    [sys.executable, *self.command, str(root)],
                    stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=PROJECT, start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            raise unwritable(log, error) from error

    def _lock(self, store: Store) -> StoreLock:
        return StoreLock(store.root / "locks" / f"{self.name}.lock")
