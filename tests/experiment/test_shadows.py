import threading
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest
import torch

from core import Phase, RunSpec, Step, Store, load_dataset, plan
from core.datasets import ids_hash
from core.experiment import processes, shadows
from core.experiment.context import Context
from core.experiment.shadows import Job, halves, shadow_logits, work
from core.store import SavedModel
from core.training import train

CPU = torch.device("cpu")


def finish(events: Iterator[Any]) -> tuple[list[Any], Any]:
    seen = []
    while True:
        try:
            seen.append(next(events))
        except StopIteration as end:
            return seen, end.value


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four pairs, worked off in this process."""
    monkeypatch.setattr(shadows, "_work_off", lambda jobs: ((job.pair, work(job)) for job in jobs))
    monkeypatch.setattr(shadows, "halves", lambda train, forget, count: halves(train, forget, 4))


@pytest.fixture
def spec(quick: Callable[..., RunSpec]) -> RunSpec:
    words = {"measure.shadows": 32, "model.train.epochs": 1, "model.data.size": 100}
    return quick("gradient-ascent", gold_seeds=(), settings=words | {"schedule": "authors", "epochs": 1})


@pytest.mark.parametrize("size", [1, 2, 31])
def test_every_image_is_in_half_of_the_halves(size: int):
    data = load_dataset("digits").train.take(slice(101))
    forget = data.index[:size]
    parts = halves(data, forget, 32)
    counts = np.bincount(np.concatenate(parts), minlength=101)
    assert (counts == 16).all()
    for first, second in zip(parts[::2], parts[1::2], strict=True):
        np.testing.assert_array_equal(np.sort(np.concatenate([first, second])), data.index)
        assert abs(np.isin(forget, first).sum() - size / 2) <= 0.5
    assert len({tuple(part) for part in parts}) == 32
    assert len(halves(data, forget, 33)) == 33


def test_one_model_of_a_pair_has_seen_forget_images_and_the_other_none(here, spec, monkeypatch) -> None:
    seen: list[np.ndarray] = []

    def spy(model: Any, split: Any, *args: Any, **words: Any) -> Iterator[Step]:
        seen.append(split.index)
        return train(model, split, *args, **words)

    monkeypatch.setattr("core.experiment.trained_models.train", spy)
    planned, data = plan(spec), load_dataset(spec.model.data)
    models: dict[str, SavedModel] = {}
    events, found = finish(shadow_logits(Context(data, models, CPU), planned, planned.forget.ids))
    for pair, half in enumerate(halves(data.train, planned.forget.ids, 4)):
        np.testing.assert_array_equal(seen[2 * pair], half)
        np.testing.assert_array_equal(seen[2 * pair + 1], np.setdiff1d(half, planned.forget.ids))
        np.testing.assert_array_equal(found.trained[pair], np.isin(planned.forget.ids, half))
        left_out = ids_hash(np.setdiff1d(data.train.index, half))
        assert spec.model.replace(seed=shadows.FIRST_SEED + pair, without=left_out).key in models
    assert len(models) == 8
    assert events == [Phase("shadows", n, 4) for n in range(1, 5)]
    assert found.unlearned.shape == found.never.shape == (4, len(planned.forget), 10)

    again, seen[:] = finish(shadow_logits(Context(data, models, CPU), planned, planned.forget.ids))[1], []
    np.testing.assert_array_equal(again.unlearned, found.unlearned)
    np.testing.assert_array_equal(again.never, found.never)
    finish(shadow_logits(Context(data, models, CPU), plan(spec.replace(method={"name": "none"})), planned.forget.ids))
    assert seen == []  # another method needs no other models


def test_the_method_forgets_its_own_half_only(here, spec, monkeypatch) -> None:
    tasks = []

    def fake(method: Any) -> Any:
        def unlearn(model: Any, task: Any, spec: Any, *, generator: Any) -> Iterator[Step]:
            tasks.append((task, generator.initial_seed()))
            yield Step(1, 1, 0.0, {}, "enough")

        return unlearn

    monkeypatch.setattr(shadows, "implementation", fake)
    spec = spec.replace(method={"name": "neg-grad-plus"})
    planned, data = plan(spec), load_dataset(spec.model.data)
    finish(shadow_logits(Context(data, {}, CPU), planned, planned.forget.ids))
    for (task, _), half in zip(tasks, halves(data.train, planned.forget.ids, 4), strict=True):
        np.testing.assert_array_equal(np.sort(task.forget.index), np.intersect1d(half, planned.forget.ids))
        np.testing.assert_array_equal(np.sort(task.retain.index), np.setdiff1d(half, planned.forget.ids))
        assert task.pool is None
        assert task.whole_classes == (3,)
    assert len({seed for _, seed in tasks}) == 4


def test_a_half_without_a_forget_image_is_not_unlearned(here, spec, monkeypatch) -> None:
    calls = []
    monkeypatch.setattr(shadows, "implementation", lambda method: lambda *args, **words: calls.append(1) or [])
    spec = spec.replace(forget={"text": "index=5"})
    finish(shadow_logits(Context(load_dataset(spec.model.data), {}, CPU), plan(spec), np.array([5])))
    assert len(calls) == 2


def test_processes_give_what_one_process_gives_and_leave_their_models_in_the_store(spec, store: Store) -> None:
    planned, ids = plan(spec), np.arange(5)
    parts = halves(load_dataset(spec.model.data).train, planned.forget.ids, 32)[:3]
    jobs = [Job(spec, n, half, planned.forget, ids, store.models, CPU) for n, half in enumerate(parts)]
    outcomes = dict(shadows._work_off(jobs))
    assert sorted(outcomes) == [0, 1, 2]
    assert len(store.models) == 6
    assert not list(store.models.folder.glob("*.checkpoint"))
    for job in jobs:
        assert outcomes[job.pair].new == {}
        here = work(Job(spec, job.pair, job.half, planned.forget, ids, {}, CPU))
        np.testing.assert_allclose(outcomes[job.pair].unlearned, here.unlearned, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(outcomes[job.pair].never, here.never, rtol=1e-4, atol=1e-4)


def test_no_job_holds_a_dict_that_grows_while_jobs_are_sent(here, spec, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[list[set[str]]] = []
    work_off = shadows._work_off

    def spy(jobs: list[Job]) -> Iterator[Any]:
        assert all(job.models is not models for job in jobs)
        sent.append([set(job.models) for job in jobs])
        return work_off(jobs)

    monkeypatch.setattr(shadows, "_work_off", spy)
    planned, data = plan(spec), load_dataset(spec.model.data)
    models: dict[str, SavedModel] = {}
    for _ in range(2):
        finish(shadow_logits(Context(data, models, CPU), planned, np.arange(5)))
    new, known = sent
    assert new == [set()] * 4
    assert [len(keys) for keys in known] == [2] * 4  # its own pair
    assert set.union(*known) == set(models)


def _start_and_die(pipe: Any) -> None:
    """A process whose own child follows it."""
    child = get_context("spawn").Process(target=_follow_forever)
    child.start()
    pipe.send(child.pid)
    pipe.recv()  # until it is killed


def _follow_forever() -> None:
    processes.begin()
    threading.Event().wait()


def test_no_process_outlives_a_run_that_is_killed() -> None:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    parent = context.Process(target=_start_and_die, args=(theirs,))
    parent.start()
    child = ours.recv()
    assert _is_alive(child)
    parent.kill()
    parent.join()
    for _ in range(300):
        if not _is_alive(child):
            break
        threading.Event().wait(0.1)
    assert not _is_alive(child)


def _is_alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
