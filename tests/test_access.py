"""A read-only server, asked by a client for everything that its pages hide: nothing is written, run or ended."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import RunSpec, Store
from core.access import is_read_only
from core.cli import main
from core.datasets import add_images, prepare
from core.errors import ReadOnly
from core.jobs import ensure_supervisor, supervise
from core.jobs.download import cancel_download, start_download
from core.jobs.inspector import ensure_inspector, inspect
from core.jobs.uploads import cancel_adding, start_adding
from core.specs import ModelSpec
from core.specs.inspection import InspectSpec
from core.store import RunFolder, SavedModel, prune
from core.store.weights import keep_weights


@pytest.fixture
def queued(store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch) -> str:
    """A run that was queued before the server became read-only."""
    run = store.submit(quick())
    monkeypatch.setenv("UNLEARN_READONLY", "1")
    return run


def on_disk(folder: Path) -> dict[str, int]:
    """Every file and folder with the time of its last change."""
    return {str(path): path.stat().st_mtime_ns for path in (folder, *folder.rglob("*"))}


MODEL = SavedModel({"a": np.zeros(1)}, pd.DataFrame({"index": [0]}), {})
QUESTION = InspectSpec(run="a" * 12, image="4")
ACTS: dict[str, Callable[[Store, str, RunSpec], Any]] = {
    "submit": lambda store, run, spec: store.submit(spec.replace(unlearn_seed=7)),
    "submit again": lambda store, run, spec: store.submit(spec),
    "queue": lambda store, run, spec: store.index.queue(run, "{}"),
    "begin": lambda store, run, spec: store.index.begin(run),
    "end": lambda store, run, spec: store.index.end(run, "done", only_from=("queued",)),
    "cancel": lambda store, run, spec: store.cancel(run),
    "delete": lambda store, run, spec: store.delete(run),
    "mark": lambda store, run, spec: store.index.mark(run, name="x", note="", starred=True),
    "save a model": lambda store, run, spec: store.models.__setitem__("k", MODEL),
    "save a checkpoint": lambda store, run, spec: store.models.save_checkpoint("k", {"a": np.zeros(1)}),
    "lock a model": lambda store, run, spec: store.models.lock("k").acquire(),
    "prune": lambda store, run, spec: prune(store),
    "ask": lambda store, run, spec: store.inspections.ask(QUESTION),
    "close": lambda store, run, spec: store.inspections.close(QUESTION),
    "fail": lambda store, run, spec: store.inspections.fail(QUESTION, "x"),
    "keep a picture": lambda store, run, spec: store.inspections.keep_picture(np.zeros((1, 8, 8), np.uint8)),
    "keep weights": lambda store, run, spec: keep_weights({}, ModelSpec(), "x", 1.0, 1),
    "supervisor": lambda store, run, spec: ensure_supervisor(store),
    "supervise": lambda store, run, spec: supervise(store, 0.0),
    "inspector": lambda store, run, spec: ensure_inspector(store),
    "inspect": lambda store, run, spec: inspect(store, 0.0),
    "upload": lambda store, run, spec: start_adding(io.BytesIO(b""), "npz", "x"),
    "cancel an upload": lambda store, run, spec: cancel_adding("x"),
    "download": lambda store, run, spec: start_download("mnist"),
    "cancel a download": lambda store, run, spec: cancel_download("mnist"),
    "prepare": lambda store, run, spec: list(prepare("mnist")),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_whatever_is_asked_nothing_changes(act: str, queued: str, store: Store, quick: Callable[..., RunSpec]) -> None:
    if act == "prune":
        (store.root / "models").mkdir()
    before = on_disk(store.root)
    with pytest.raises(ReadOnly, match="this server is read-only"):
        ACTS[act](store, queued, quick())
    assert on_disk(store.root) == before
    assert [row.state for row in store.rows()] == ["queued"]


def test_images_of_ones_own(queued: str, store: Store, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    arrays = {f"x_{part}": rng.integers(0, 256, (20, 8, 8), dtype=np.uint8) for part in ("train", "test")}
    np.savez(tmp_path / "own.npz", **arrays, y_train=np.arange(20) % 2, y_test=np.arange(20) % 2)
    before = on_disk(store.root)
    with pytest.raises(ReadOnly):
        add_images(f"npz:{tmp_path / 'own.npz'}")
    assert on_disk(store.root) == before


def test_the_command_line(queued: str, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = on_disk(store.root)
    for command in (["run"], ["cancel", queued], ["worker"], ["download", "mnist"]):
        assert main(command) == 2
        assert "this server is read-only" in capsys.readouterr().err
    assert main(["list", "runs"]) == main(["show", queued]) == main(["plan"]) == 0
    assert on_disk(store.root) == before


def test_everything_can_be_read(queued: str, store: Store, quick: Callable[..., RunSpec]) -> None:
    assert store.run(queued).spec == quick()
    assert store.next_run() == queued
    assert store.index.process(queued) is None
    assert isinstance(store.run(queued), RunFolder)


def test_it_is_off_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, on in (("", False), ("0", False), ("1", True)):
        monkeypatch.setenv("UNLEARN_READONLY", text)
        assert is_read_only() is on
    monkeypatch.delenv("UNLEARN_READONLY")
    assert not is_read_only()
