import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core import NotFound, RunSpec, Store, StoreError
from core.store import RunFolder, open_finished, open_run, write_bytes
from core.store.store import PROJECT, default_store

WORK = """
import sys, time
from core.store import Store
store, run = Store(sys.argv[1]), sys.argv[2]
with store.run_lock(run).acquire(blocking=False):
    store.index.begin(run)
    print("began", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def worked_on(store: Store, quick: Callable[..., RunSpec]) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A run that another process works on."""
    run = store.submit(quick())
    with subprocess.Popen(
        [sys.executable, "-c", WORK, str(store.root), run], stdout=subprocess.PIPE, cwd=PROJECT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"began\n"
        yield run, process
        process.kill()


def test_making_a_store_writes_nothing(store: Store) -> None:
    assert store.rows() == []
    assert store.next_run() is None
    assert not store.root.exists()


def test_the_place_of_the_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UNLEARN_STORE", str(tmp_path))
    assert default_store() == tmp_path
    monkeypatch.delenv("UNLEARN_STORE")
    assert default_store() == PROJECT / ".store"
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="is a file; name a folder"):
        Store(tmp_path / "file")


def test_the_same_spec_is_the_same_run(store: Store, quick: Callable[..., RunSpec]) -> None:
    assert store.submit(quick()) == store.submit(quick()) == quick().id
    assert len(store.rows()) == 1
    assert store.run(quick().id).spec == quick()


def test_one_run_at_a_time(worked_on: tuple[str, subprocess.Popen[bytes]], store: Store, quick) -> None:
    waiting = store.submit(quick("mu-mis"))
    assert store.next_run() is None
    store.cancel(worked_on[0])
    assert store.next_run() == waiting


def test_cancel_ends_the_process(worked_on: tuple[str, subprocess.Popen[bytes]], store: Store) -> None:
    run, process = worked_on
    assert store.is_worked_on(run)
    started = time.monotonic()
    assert store.cancel(run)
    assert process.wait(timeout=5) == -signal.SIGKILL
    assert time.monotonic() - started < 1  # the bound
    assert store.row(run).state == "cancelled"
    assert not store.is_worked_on(run)
    assert not store.cancel(run)


def test_cancel_of_a_queued_run(store: Store, quick: Callable[..., RunSpec]) -> None:
    run = store.submit(quick())
    assert store.cancel(run)
    assert store.row(run).state == "cancelled"
    with pytest.raises(NotFound, match="run 'x' is not in this store"):
        store.cancel("x")


def test_cancel_never_ends_a_stranger(store: Store, quick: Callable[..., RunSpec]) -> None:
    """A process id can be given again to another process: only the holder of the run's lock is ended."""
    run = store.submit(quick())
    store.index.begin(run)  # recorded as this very process, which holds no lock
    assert store.cancel(run)
    assert os.getpid()


def test_a_lost_run_is_interrupted(worked_on: tuple[str, subprocess.Popen[bytes]], store: Store) -> None:
    run, process = worked_on
    assert store.row(run).state == "running"
    process.kill()
    process.wait()
    assert [row.state for row in store.rows()] == ["interrupted"]
    assert "has died" in (store.row(run).error or "")
    store.submit(store.run(run).spec)
    assert store.row(run).state == "queued"


def test_a_dead_run_is_queued_again_at_once(
    worked_on: tuple[str, subprocess.Popen[bytes]], store: Store, quick: Callable[..., RunSpec]
) -> None:
    _, process = worked_on
    process.kill()
    process.wait()
    assert store.row(store.submit(quick())).state == "queued"


def test_names_from_urls_of_any_length(store: Store) -> None:
    for name in ("a" * 300, "ä" * 120, "../x", "", "x/y"):
        with pytest.raises(NotFound):
            open_run(store, name)
        with pytest.raises(NotFound):
            store.inspections.picture(name)
    with pytest.raises(NotFound) as caught:
        open_run(store, "a" * 300)
    assert len(str(caught.value)) < 200


@pytest.fixture
def sealed(store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with a queued and a dead run in which nothing can be written any more."""
    store.submit(quick())
    store.submit(quick(seed=3))
    store.index.begin(quick(seed=3).id)

    def refuse(*args: object, **words: object) -> None:
        raise PermissionError(errno.EROFS, "Read-only file system", "x")

    for module, name in ((Path, "mkdir"), (Path, "write_bytes"), (os, "open")):
        monkeypatch.setattr(module, name, refuse)
    (store.root / "index.sqlite").chmod(0o400)
    return store


def test_a_store_that_cannot_be_written(sealed: Store, quick: Callable[..., RunSpec]) -> None:
    """It can be read; what would write says so in a sentence."""
    assert sorted(row.state for row in sealed.rows()) == ["queued", "running"]
    assert sealed.next_run() is None  # it can't be told whether the other one is dead
    for act in (
        lambda: sealed.submit(quick(seed=4)), lambda: sealed.inspections.keep_picture(np.zeros((1, 8, 8), np.uint8)),
        lambda: sealed.is_worked_on("a"), lambda: write_bytes(Path("/proc/x/y"), b""),
    ):  # fmt: skip
        with pytest.raises(StoreError, match="cannot be written: Read-only file system"):
            act()


def test_delete(store: Store, quick: Callable[..., RunSpec]) -> None:
    run = store.submit(quick())
    with pytest.raises(StoreError, match="cancel it before"):
        store.delete(run)
    store.cancel(run)
    store.delete(run)
    assert store.rows() == []
    with pytest.raises(NotFound):
        store.run(run)


def test_a_run_is_looked_for_in_the_store_then_in_the_gallery(
    store: Store, quick: Callable[..., RunSpec], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.store.GALLERY", tmp_path / "gallery")
    other = Store(tmp_path / "gallery")
    run = other.submit(quick())
    assert open_run(store, run).root == other.root
    store.submit(quick())
    assert open_run(store, run).root == store.root
    with pytest.raises(NotFound, match="run 'x' is neither in"):
        open_run(store, "x")
    for strange in ("..", f"../runs/{run}", ""):
        with pytest.raises(NotFound, match="is neither in"):
            open_run(store, strange)
    with pytest.raises(StoreError, match="has no result"):
        _ = RunFolder(store.root, run).result


def test_a_shipped_run_stays_readable_while_the_store_makes_it_anew(
    store: Store, quick: Callable[..., RunSpec], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.store.GALLERY", tmp_path / "gallery")
    shipped = Store(tmp_path / "gallery")
    run = shipped.submit(quick())
    store.submit(quick())
    with pytest.raises(NotFound, match="no finished run"):
        open_finished(store, run)
    for made in (shipped, store):
        (made.root / "runs" / run / "result.json").write_text("{}")
        assert open_finished(store, run).root == made.root
