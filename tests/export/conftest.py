"""Two finished runs: of digits, and of a user's own images that have a hostile title and classes of hostile names."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import RunSpec, Store, make_spec
from core.datasets import add_images
from core.jobs.worker import attempt
from core.store import RunFolder

HOSTILE = ("<script>alert(1)<", "</script><b onclick>", "[a](b) `c` & \"d' | e")


@pytest.fixture(scope="session")
def run(quick: Callable[..., RunSpec], tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    store = Store(tmp_path_factory.mktemp("takeaway"))
    spec = quick("gradient-ascent")
    assert attempt(store, store.submit(spec), "cpu") == "done"
    return store.run(spec.id)


@pytest.fixture
def hostile_run(tmp_path: Path, store: Store) -> RunFolder:
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "own.npz", class_names=np.array(HOSTILE),
        x_train=rng.integers(0, 256, (60, 8, 8), dtype=np.uint8), y_train=np.arange(60) % 3,
        x_test=rng.integers(0, 256, (9, 8, 8), dtype=np.uint8), y_test=np.arange(9) % 3,
    )  # fmt: skip
    name = add_images(f"npz:{tmp_path / 'own.npz'}", title="<own>")
    settings = {"model.train.epochs": 1, "model.train.batch_size": 16}
    spec = make_spec(name, f"class={HOSTILE[1]}", "none", gold_seeds=(1,), settings=settings)
    assert attempt(store, store.submit(spec), "cpu") == "done"
    return store.run(spec.id)
