"""What all tests share: a store of their own, and a spec that trains in about a second."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import RunSpec, Store, make_spec
from core.results import Result

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two test processes on two cores


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees the user's store or images."""
    monkeypatch.setenv("UNLEARN_STORE", str(tmp_path / "store"))
    monkeypatch.delenv("UNLEARN_DATA", raising=False)
    return tmp_path / "store"


@pytest.fixture
def store(own_store: Path) -> Store:
    return Store(own_store)


@pytest.fixture(scope="session")
def quick() -> Callable[..., RunSpec]:
    """``quick(method, forget, ...)``: a spec on 200 digits and two epochs; its numbers mean nothing."""

    def make(method: str = "none", forget: str = "class=3", dataset: str = "digits", **words: Any) -> RunSpec:
        settings = {"model.train.epochs": 2, "model.data.size": 200} | words.pop("settings", {})
        return make_spec(dataset, forget, method, **({"gold_seeds": (1, 2)} | words), settings=settings)

    return make


@pytest.fixture(scope="session")
def make_result() -> Callable[..., Result]:
    """``make_result(method, seed=0, FA=0.1, **settings)``: what comparisons of runs read of a result.json.

    All are runs of one request with two golds, whose mean accuracies are 0.5, 1, 0.91, 0.5, 0.96.
    """

    def accuracies(*values: float) -> dict[str, float]:
        return dict(zip(("FA", "RA", "TA", "FA_test", "RA_test"), values, strict=True))

    def make(method: str, *, seed: int = 0, FA: float = 0.1, **settings: Any) -> Result:
        spec = make_spec("digits", "class=3", method, unlearn_seed=seed, gold_seeds=(10, 2), settings=settings)
        return Result(
            {
                "run": spec.id,
                "spec": spec.model_dump(mode="json"),
                "steps": 20,
                "seconds": {"original": 3.0, "gold": [1.0, 3.0], "unlearn": 0.5},
                "accuracy": {
                    "original": accuracies(1.0, 1.0, 0.95, 0.9, 0.96),
                    "unlearned": accuracies(FA, 0.98, 0.89, 0.3, 0.96),
                    "gold-10": accuracies(0.4, 1.0, 0.90, 0.4, 0.97),
                    "gold-2": accuracies(0.6, 1.0, 0.92, 0.6, 0.95),
                },
            }
        )

    return make
