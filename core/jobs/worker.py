"""One attempt at one run, in this process."""

import os
import sys
import traceback
from collections.abc import Callable

from filelock import Timeout

from core.errors import UnlearnError
from core.events import Event
from core.experiment.run import execute
from core.jobs.recorder import Recorder
from core.store import Store


def attempt(
    store: Store, run: str, device: str = "auto", watch: Callable[[Event], None] = lambda event: None
) -> str | None:
    """Executes a queued run and records it.

    Args:
        watch: called with every event.

    Returns:
        the state in which the run ended, or None where another process works on it or it is not queued any more.
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
                    return store.row(run).state  # cancelled from another machine
        except KeyboardInterrupt:
            store.index.end(run, "interrupted", "interrupted from the keyboard")
            raise
        except Exception as error:
            store.note(run, traceback.format_exc())
            said = str(error) if isinstance(error, UnlearnError | MemoryError) else f"{type(error).__name__}: {error}"
            store.index.end(run, "failed", said or type(error).__name__)
        else:
            store.index.end(run, "done")
    return store.row(run).state


def wait_and_work(store: Store) -> None:
    """Imported and warm, attempts the runs whose ids come on standard input, and says each back when it has ended.

    The supervisor keeps one such process: importing torch takes longer than a small run. It ends when its input does,
    or after a run that failed, so that whatever was wrong in here is not carried into the next.
    """
    os.nice(5)  # pages answer first
    said = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        run = line.strip()
        with store.log_path(run).open("ab") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        state = attempt(store, run)
        print(run, file=said, flush=True)
        if state == "failed":
            return


if __name__ == "__main__":
    wait_and_work(Store(sys.argv[1]))
