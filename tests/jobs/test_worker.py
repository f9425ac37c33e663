import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import Finished, Phase, RunSpec, Store, StoreError
from core.jobs import worker
from core.specs.requests import parse_requests
from core.specs.sequence import sequence_runs


def test_an_attempt_writes_all_files(store: Store, quick: Callable[..., RunSpec]) -> None:
    spec = quick("gradient-ascent")
    seen: list[Any] = []
    run = store.submit(spec)
    assert worker.attempt(store, run, "cpu", watch=seen.append) == "done"
    assert isinstance(seen[-1], Finished)
    folder = store.run(run)
    assert folder.result == seen[-1].result
    assert folder.tables == ("forget_steps", "map", "samples", "trajectory")
    assert set(folder.weights()) == set(store.models[spec.model.key].weights)
    assert folder.progress() == {"phases": [], "steps": [], "accuracy": {}}
    samples = folder.samples()
    roles = {"initial", "original", "unlearned", "gold-1", "gold-2"}
    assert set(samples["role"]) == roles
    assert samples.groupby("role")["index"].nunique().unique().tolist() == [len(samples) / len(roles)]
    right = samples["prediction"] == samples["label"]
    for role in roles:
        rows = (samples["role"] == role) & (samples["split"] == "forget")
        assert right[rows].mean() == folder.result["accuracy"][role]["FA"]

    names = {"spec.json", "result.json", "samples.parquet", "trajectory.parquet", "unlearned.safetensors"}
    names |= {"forget_steps.parquet", "map.parquet"}
    whole = folder.files()
    assert set(whole) == names
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(whole["samples.parquet"])), samples)
    assert worker.attempt(store, run) is None  # it is not queued any more


def test_a_step_of_a_sequence_starts_from_the_one_before(
    store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    last = quick("gradient-ascent", forget="class=4", after=parse_requests("class=3"), gold_seeds=())
    first = sequence_runs(last)[0].replace(gold_seeds=(1,))  # golds do not matter to the weights
    assert store.weights_before(last) is None
    assert worker.attempt(store, store.submit(first), "cpu") == "done"
    given: list[Any] = []
    real = worker.execute

    def watched(spec: RunSpec, **words: Any) -> Any:
        given.append(words["start"])
        return real(spec, **words)

    monkeypatch.setattr(worker, "execute", watched)
    assert worker.attempt(store, store.submit(last), "cpu") == "done"
    for name, value in store.run(first.id).weights().items():
        np.testing.assert_array_equal(given[0][name], value)


def test_a_failing_run_keeps_its_message_and_its_log(
    store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **words: Any) -> Any:
        yield Phase("original", 1, 2)
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(worker, "execute", broken)
    run = store.submit(quick())
    assert worker.attempt(store, run) == "failed"
    assert store.row(run).error == "RuntimeError: the disk is on fire"
    assert "Traceback" in store.run(run).log()
    assert store.run(run).progress()["phases"][0]["name"] == "original"
    monkeypatch.undo()
    store.submit(quick())
    assert worker.attempt(store, run, "cpu") == "done"
    assert store.row(run).error is None
    assert store.row(run).attempts == 2


def test_a_run_that_another_process_holds_is_left_alone(store: Store, quick: Callable[..., RunSpec]) -> None:
    run = store.submit(quick())
    with store.run_lock(run):
        assert worker.attempt(store, run) is None
    assert store.row(run).state == "queued"


def test_the_worker_stops_a_cancelled_run(store: Store, quick: Callable[..., RunSpec], monkeypatch) -> None:
    """The way from another machine, where the process can't be ended from outside."""
    run = store.submit(quick())
    closed: list[bool] = []

    def endless(*args: Any, **words: Any) -> Any:
        try:
            while True:
                yield Phase("original", 1, 2)
                store.index.end(run, "cancelled")
        finally:
            closed.append(True)

    monkeypatch.setattr(worker, "execute", endless)
    monkeypatch.setattr("core.jobs.recorder.EVERY", 0.0)
    assert worker.attempt(store, run) == "cancelled"
    assert closed == [True]


def test_a_state_is_written_as_soon_as_the_index_can_be(
    store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk: why a run has failed is not lost, and neither is one that was done."""
    end, refused = store.index.end, iter(range(3))

    def full(*args: object, **words: object) -> bool:
        if next(refused, None) is not None:
            raise StoreError("the disk of the store is full")
        return end(*args, **words)

    monkeypatch.setattr(store.index, "end", full)
    monkeypatch.setattr(worker, "WAITS", (0.0,) * 3)
    assert worker.attempt(store, store.submit(quick(gold_seeds=())), "cpu") == "done"
    assert list(refused) == []
