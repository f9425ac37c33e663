from collections.abc import Callable
from typing import Any

import pytest

from core import RunSpec, Store, StoreError
from core.bench.runs import Runs


def test_a_run_is_made_once(store: Store, quick: Callable[..., RunSpec]) -> None:
    spec, runs = quick(gold_seeds=()), Runs(store)
    assert not runs.has(spec)
    first = runs.result(spec)
    assert first.run == spec.id
    assert Runs(store).result(spec) == runs.result(spec) == first
    assert runs.used == {spec.id: first}
    assert store.row(spec.id).attempts == 1


def test_a_failed_run_is_an_error(store: Store, quick: Callable[..., RunSpec], monkeypatch) -> None:
    def broken(*args: Any, **words: Any) -> Any:
        raise RuntimeError("no luck")

    monkeypatch.setattr("core.jobs.worker.execute", broken)
    runs = Runs(store)
    with pytest.raises(StoreError, match=r"class=3, none\) did not finish: RuntimeError: no luck"):
        runs.result(quick())
    assert runs.used == {}
