"""Golds that are trained in parallel processes: the same weights, also after the run was killed."""

import os
import signal
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
import torch

from core import Accuracy, Phase, RunSpec, Store, execute, load_dataset, make_spec, plan
from core.experiment import parallel
from core.experiment.context import Context
from core.planning import estimate

CPU = torch.device("cpu")


def run_in_parallel(spec: RunSpec, root: Path) -> list[object]:
    """Executes a spec with two golds at once, however small they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimate, "WORTH_A_PROCESS", 0)
        patch.setattr(os, "cpu_count", lambda: 2)
        return list(execute(spec, models=Store(root).models, device="cpu"))


def test_a_killed_run_continues_to_the_weights_of_one_training_after_another(
    quick: Callable[..., RunSpec], store: Store
) -> None:
    spec = quick("none", settings={"model.train.epochs": 20})
    process = get_context("spawn").Process(target=run_in_parallel, args=(spec, store.root))
    process.start()
    while not list(store.models.folder.glob("*.checkpoint")):  # a gold is on its way: the original has ended
        assert process.is_alive()
        time.sleep(0.02)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    golds = [plan(spec).models[role].key for role in ("gold-1", "gold-2")]
    for key in golds:
        store.models.lock(key).acquire(timeout=20).lock.release()  # its process has ended, too

    events = run_in_parallel(spec, store.root)
    one_by_one: dict = {}
    list(execute(spec, models=one_by_one, device="cpu"))
    for key in golds:
        for name, value in one_by_one[key].weights.items():
            np.testing.assert_array_equal(store.models.weights(key)[name], value)
    names = [event.name for event in events if isinstance(event, Phase)]
    assert {"gold-1", "gold-2"} <= set(names)
    assert [event.role for event in events if isinstance(event, Accuracy)][:2] == ["original", "unlearned"]


@pytest.mark.parametrize(
    ("golds", "cores", "epochs", "roles"),
    [
        ((1, 2, 3), 2, 30, ["gold-1", "gold-2", "gold-3"]),
        ((1, 2, 3), 1, 30, []),
        ((1,), 2, 30, []),
        ((1, 2, 3), 2, 2, []),  # over before a process has started
    ],
)
def test_which_golds_are_trained_in_parallel(
    golds: tuple[int, ...], cores: int, epochs: int, roles: list[str], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(estimate, "has_gpu", lambda: False)
    planned = plan(make_spec("digits", gold_seeds=golds, settings={"model.train.epochs": epochs}))
    dataset = load_dataset("digits")
    for models, expected in ((store.models, roles), ({}, [])):  # a script's dict may lack a main module to start from
        found = parallel.parallel_golds(Context(dataset, models, CPU), planned, np.arange(3))
        assert [training.role for training in found] == expected


def test_a_large_network_uses_all_threads_for_one_gold() -> None:
    assert estimate.trained_at_once(make_spec("cifar10", "class=cat").model, images=10**6) == 1
