"""What all tests share: a store of their own, and a spec that trains in about a second."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import RunSpec, Store, make_spec

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
