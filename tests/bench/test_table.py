from collections.abc import Callable
from typing import Any

import pytest

from core import RunSpec, Store, StoreError
from core.bench import BENCHMARKS, benchmark
from core.bench.table import finished, print_rows


def test_a_run_is_made_once(store: Store, quick: Callable[..., RunSpec]) -> None:
    spec = quick(gold_seeds=())
    first = finished(store, spec)
    assert first["run"] == spec.id
    assert finished(store, spec) == first
    assert store.row(spec.id).attempts == 1


def test_a_failed_run_is_an_error(store: Store, quick: Callable[..., RunSpec], monkeypatch) -> None:
    def broken(*args: Any, **words: Any) -> Any:
        raise RuntimeError("no luck")

    monkeypatch.setattr("core.jobs.worker.execute", broken)
    with pytest.raises(StoreError, match=r"class=3, none\) did not finish: RuntimeError: no luck"):
        finished(store, quick())


def test_rows_are_a_markdown_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(("a", "b"), [(1, 0.5), ("x", None)])
    assert capsys.readouterr().out == "| a | b |\n|---|---|\n| 1 | 0.5000 |\n| x | - |\n"


def test_every_benchmark_can_be_called() -> None:
    assert all(callable(benchmark(name)) for name in BENCHMARKS)
