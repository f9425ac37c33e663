"""The supervisor: one process per store that passes queued runs to a worker process and exits when idle.

It outlives the server that started it, so runs continue when the browser is closed or the server restarts. Runs are
executed one at a time, because one run uses a whole laptop or GPU.
"""

import os
import select
import socket
import subprocess
import sys
import time
from contextlib import suppress

from core.errors import StoreError, UnlearnError
from core.jobs.singleton import Service
from core.paths import PROJECT
from core.store import Store, write_json
from core.store.store import DIED

IDLE_SECONDS = 300.0
TICK_SECONDS = 0.1
BEAT_SECONDS = 1.0
ADVICE = "; resume it, and if memory was short, take fewer images, a smaller network or a smaller batch"

_SERVICE = Service("supervisor", ("-m", "core", "worker", "--store"))
ensure_supervisor, is_supervised = _SERVICE.ensure, _SERVICE.is_up


def supervise(store: Store, idle_seconds: float = IDLE_SECONDS) -> None:
    """Processes queued runs until the queue has been empty for ``idle_seconds``.

    Raises:
        StoreError: the store has another supervisor.
    """
    with _SERVICE.only_one(store):
        worker: subprocess.Popen[bytes] | None = _start_worker(store)  # started early: importing torch takes seconds
        run: str | None = None
        handed_over = 0.0  # time at which the worker got its run
        last_beat, last_work = 0.0, time.monotonic()
        try:
            while time.monotonic() - last_work < idle_seconds:
                now = time.monotonic()
                try:
                    if now - last_beat >= BEAT_SECONDS:
                        last_beat = now
                        _beat(store)
                    if worker is not None and worker.poll() is not None:
                        _close(store, run, worker, handed_over)
                        worker = None if run is None else _start_worker(store)  # one that died idle would die again
                        run = None
                    if run is not None and worker is not None and _has_ended(worker, run):
                        run = None
                    if run is None and (run := store.next_run()) is not None:
                        worker = worker or _start_worker(store)
                        handed_over = time.time()
                        _hand_over(worker, run)
                except StoreError as error:
                    _complain(error)
                    time.sleep(BEAT_SECONDS)
                last_work = now if run is not None else last_work
                time.sleep(TICK_SECONDS)
        finally:
            if worker is not None:
                worker.kill()
                with suppress(StoreError):  # then whoever reads the index marks the run
                    _close(store, run, worker, handed_over)


def _beat(store: Store) -> None:
    """A sign of life, and a look at the runs, which marks those whose worker has died."""
    sign = {"pid": os.getpid(), "host": socket.gethostname(), "beat": time.time()}
    try:
        store.rows()
        write_json(store.root / "supervisor.json", sign)
    except StoreError as error:  # a full disk, for example: the run may not notice it
        _complain(error)


def _complain(error: StoreError) -> None:
    """To the supervisor's log, which may be on a full disk as well."""
    with suppress(OSError):
        print(error, file=sys.stderr, flush=True)


def _start_worker(store: Store) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "core.jobs.worker", str(store.root.resolve())]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT)


def _hand_over(worker: subprocess.Popen[bytes], run: str) -> None:
    assert worker.stdin is not None
    try:
        worker.stdin.write(f"{run}\n".encode())
        worker.stdin.flush()
    except BrokenPipeError:
        worker.wait()  # the worker died idle; the next tick handles that


def _has_ended(worker: subprocess.Popen[bytes], run: str) -> bool:
    """Whether the worker has reported the end of the run; a dead worker reports nothing."""
    assert worker.stdout is not None
    readable, _, _ = select.select([worker.stdout], [], [], 0)
    return bool(readable) and worker.stdout.readline().strip() == run.encode()


def _where(store: Store, run: str) -> str:
    """In which phase a run was when its worker ended."""
    try:
        phases = store.run(run).progress()["phases"]
    except UnlearnError:
        phases = []
    return f"in the phase {phases[-1]['name']}" if phases else "before its first phase"


def _close(store: Store, run: str | None, worker: subprocess.Popen[bytes], handed_over: float) -> None:
    """Cleans up after a dead worker: its unfinished run becomes interrupted or failed.

    The run may have been cancelled, which kills the worker, and queued again before the supervisor notices.
    """
    status = worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            pipe.close()
    if run is None:
        return
    how = f"signal {-status}" if status < 0 else f"exit status {status}"
    why = f"its worker process ended with {how} {_where(store, run)}{ADVICE}"
    if not store.index.end(run, "interrupted", why) and store.row(run).error == DIED:  # somebody has seen it before
        store.index.end(run, "interrupted", why, only_from=("interrupted",))
    queued = next((row.queued for row in store.rows() if row.id == run), handed_over)
    if status and queued < handed_over:
        store.index.end(run, "failed", f"no worker could start: {how}", only_from=("queued",))
