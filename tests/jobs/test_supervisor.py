import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import RunSpec, Store, StoreError
from core.jobs import ensure_supervisor, is_supervised, supervise, supervisor
from core.jobs.singleton import launched
from core.paths import PROJECT
from core.store.files import read_json


def wait_for(what: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


@pytest.fixture
def supervised(store: Store) -> Iterator[Store]:
    ensure_supervisor(store)
    wait_for(lambda: (store.root / "supervisor.json").exists())
    yield store
    os.kill(read_json(store.root / "supervisor.json")["pid"], signal.SIGTERM)
    launched.pop(("supervisor", store.root.resolve())).wait()
    assert not is_supervised(store)


def test_processes_the_queue_and_survives_a_killed_worker(supervised: Store, quick: Callable[..., RunSpec]) -> None:
    store = supervised
    assert is_supervised(store)
    with pytest.raises(StoreError, match="has another running supervisor"):
        supervise(store)
    done = store.submit(quick(gold_seeds=()))
    long = store.submit(quick(settings={"model.train.epochs": 900}))
    wait_for(lambda: store.row(done).state == "done")
    wait_for(lambda: bool(store.run(long).progress()["phases"]))
    process = store.index.process(long)
    assert process is not None
    os.kill(process[0], signal.SIGKILL)
    wait_for(lambda: store.row(long).state == "interrupted")
    why = "its worker process ended with signal 9 in the phase original; resume it"
    wait_for(lambda: (store.row(long).error or "").startswith(why))
    store.submit(store.run(long).spec)
    wait_for(lambda: store.row(long).state == "running")
    started = time.monotonic()
    store.cancel(long)
    wait_for(lambda: not store.is_worked_on(long))
    assert time.monotonic() - started < 1
    more = [store.submit(quick(gold_seeds=(), forget=f"class={c}")) for c in (4, 5)]
    wait_for(lambda: all(store.row(run).state == "done" for run in more))
    assert store.index.process(more[0]) == store.index.process(more[1]) != process  # warm for the second one


def test_exits_when_idle(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_start_worker", _sleeper)
    started = time.monotonic()
    supervise(store, idle_seconds=0.3)
    assert 0.3 <= time.monotonic() - started < 5
    assert not is_supervised(store)


def test_a_worker_that_cannot_start_fails_its_run(
    store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(store: Store) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", "raise SystemExit(3)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    monkeypatch.setattr(supervisor, "_start_worker", broken)
    run = store.submit(quick())
    supervise(store, idle_seconds=1.0)
    assert store.row(run).state == "failed"
    assert store.row(run).error == "no worker could start: exit status 3"


CANCELLED_AND_QUEUED_AGAIN = """
import os, signal, sys
from core import Store

store, run = Store(sys.argv[1]), sys.stdin.readline().strip()
lock = store.run_lock(run).acquire()
store.index.begin(run)
if store.row(run).attempts == 1:
    store.index.end(run, "cancelled")
    store.submit(store.run(run).spec)
    os.kill(os.getpid(), signal.SIGKILL)
store.index.end(run, "done")
print(run, flush=True)
"""


def test_a_run_that_is_queued_again_before_its_cancelled_worker_is_gone_is_taken_up(
    store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    def worker(store: Store) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", CANCELLED_AND_QUEUED_AGAIN, str(store.root)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT)

    monkeypatch.setattr(supervisor, "_start_worker", worker)
    run = store.submit(quick())
    supervise(store, idle_seconds=1.0)
    assert (store.row(run).state, store.row(run).attempts) == ("done", 2)


def test_a_full_disk_does_not_end_it(
    store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its end would be the end of a run that may still go on."""

    def worker(store: Store) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", CANCELLED_AND_QUEUED_AGAIN, str(store.root)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT)

    def full(path: Path, value: object) -> None:
        raise StoreError("the disk of the store is full")

    monkeypatch.setattr(supervisor, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(supervisor, "_start_worker", worker)
    monkeypatch.setattr(supervisor, "write_json", full)
    run = store.submit(quick())
    supervise(store, idle_seconds=1.0)
    assert store.row(run).state == "done"
    assert "the disk of the store is full" in capfd.readouterr().err


def _sleeper(store: Store) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
