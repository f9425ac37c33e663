"""The worker: executes runs in this process and records them."""

import os
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress

from filelock import Timeout

from core.errors import StoreError, UnlearnError
from core.escaping import error_sentence
from core.events import Event
from core.experiment.run import execute
from core.jobs.recorder import Recorder
from core.store import Store

WAITS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0)  # seconds between two tries to write the index


def attempt(
    store: Store, run: str, device: str = "auto", watch: Callable[[Event], None] = lambda event: None
) -> str | None:
    """Executes a queued run and records it.

    Args:
        watch: called with every event.

    Returns:
        the final state of the run; None if another process works on it or it is no longer queued.
    """
    try:
        lock = store.run_lock(run).acquire(blocking=False)
    except Timeout:
        return None
    with lock:
        if not store.index.begin(run):
            return None
        folder = store.run(run)
        recorder = Recorder(folder)
        try:
            start = store.weights_before(folder.spec)
            for event in execute(folder.spec, models=store.models, device=device, start=start):
                watch(event)
                if recorder.record(event) and store.row(run).state != "running":
                    return store.row(run).state  # cancelled on another machine
        except KeyboardInterrupt:
            store.index.end(run, "interrupted", "interrupted from the keyboard")
            raise
        except Exception as error:
            store.note(run, traceback.format_exc())
            kind = type(error).__name__
            known = isinstance(error, UnlearnError | MemoryError | OSError)
            _end(store, run, "failed", error_sentence(error) if known else f"{kind}: {error_sentence(error)}")
        else:
            _end(store, run, "done")
    return store.row(run).state


def _end(store: Store, run: str, state: str, error: str | None = None) -> None:
    """Sets the final state, again and again while the index cannot be written, so that its reason is not lost."""
    for wait in (*WAITS, None):
        try:
            store.index.end(run, state, error)
            return
        except StoreError:
            if wait is None:
                raise
            time.sleep(wait)


def wait_and_work(store: Store) -> None:
    """Executes the runs whose ids arrive on standard input, and prints each id when its run has ended.

    The supervisor keeps this process alive, because importing torch takes longer than a small run. It exits at the end
    of its input, or after a failed run, so that a damaged process state does not affect the next run.
    """
    os.nice(5)  # lower priority than pages
    output = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        run = line.strip()
        with suppress(OSError), store.log_path(run).open("ab") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        state = attempt(store, run)
        print(run, file=output, flush=True)
        if state == "failed":
            return


if __name__ == "__main__":
    wait_and_work(Store(sys.argv[1]))
