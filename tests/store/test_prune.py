import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core import RunSpec, Store
from core.jobs.worker import attempt
from core.specs import gold_model, initial_model
from core.store import Unused, prune, sizes, unused, write_bytes, write_json


@pytest.fixture(scope="module")
def two_runs(quick: Callable[..., RunSpec], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two finished runs of one original: they share it and its first weights, but no gold."""
    store = Store(tmp_path_factory.mktemp("two"))
    for forget in ("class=3", "class=4"):
        assert attempt(store, store.submit(quick("none", forget, gold_seeds=(1,))), "cpu") == "done"
    return store.root


@pytest.fixture
def filled(two_runs: Path, store: Store) -> Store:
    shutil.copytree(two_runs, store.root)
    return store


def runs(store: Store) -> dict[str, str]:
    """The ids of the two runs by the request."""
    return {store.run(row.id).spec.forget.text: row.id for row in store.rows()}


def on_disk(store: Store) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (store.root / "models").iterdir() if path.suffix != ".lock"}


def test_an_empty_store(store: Store) -> None:
    assert sizes(store) == {"runs": 0, "models": 0, "data": 0, "other": 0}
    assert unused(store) == prune(store) == Unused((), 0)
    assert not store.root.exists()


def test_models_in_a_result_are_kept(filled: Store) -> None:
    before = on_disk(filled)
    assert len(filled.models) == 4
    assert prune(filled) == unused(filled) == Unused((), 0)
    assert on_disk(filled) == before


def test_the_golds_of_a_deleted_run_are_deleted(filled: Store) -> None:
    removed, kept = (filled.run(runs(filled)[text]).result["models"] for text in ("class=3", "class=4"))
    filled.delete(runs(filled)["class=3"])
    lost = {name: data for name, data in on_disk(filled).items() if name.startswith(removed["gold-1"])}
    assert len(lost) == 3
    planned = unused(filled)
    assert planned == Unused((removed["gold-1"],), sum(map(len, lost.values())))
    size = sum(sizes(filled).values())
    assert prune(filled) == planned
    assert set(filled.models) == set(kept.values())
    assert sum(sizes(filled).values()) == size - planned.size


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled", "interrupted"])
def test_an_unfinished_run_keeps_the_models_it_may_need(filled: Store, quick: Callable, state: str) -> None:
    spec = quick("gradient-ascent", "class=3", gold_seeds=(1,))
    filled.delete(runs(filled)["class=3"])
    filled.submit(spec)
    if state != "queued":
        filled.index.begin(spec.id)
    if state in ("failed", "cancelled", "interrupted"):
        filled.index.end(spec.id, state)
    half = filled.root / "models" / f"{'a' * 20}.checkpoint"
    write_bytes(half, b"a training that was broken off")
    assert filled.index.row(spec.id).state == state
    before = on_disk(filled)
    assert prune(filled) == Unused((), 0)
    assert on_disk(filled) == before


def test_an_unfinished_run_of_another_recipe_keeps_nothing_here(filled: Store, quick: Callable) -> None:
    gold = filled.run(runs(filled)["class=3"]).result["models"]["gold-1"]
    filled.delete(runs(filled)["class=3"])
    filled.submit(quick("none", "class=3", settings={"model.train.batch_size": 32}))
    assert unused(filled).models == (gold,)


def test_shadow_models_stay_with_their_run(filled: Store, quick: Callable) -> None:
    """A result does not name them; here one is made up for the run that has them."""
    spec = filled.run(runs(filled)["class=4"]).spec
    shadow = spec.model.replace(seed=10_007, without="0" * 64)
    write_json(filled.root / "models" / f"{shadow.key}.json", {"spec": shadow.model_dump(mode="json")})
    assert unused(filled).models == (shadow.key,)
    wanted = spec.replace(measure=spec.measure.replace(shadows=32))
    shutil.copytree(filled.root / "runs" / spec.id, filled.root / "runs" / wanted.id)
    write_bytes(filled.root / "runs" / wanted.id / "spec.json", wanted.model_dump_json().encode())
    assert unused(filled).models == ()


def test_a_folder_on_its_way_out_holds_nothing_back(filled: Store) -> None:
    for row in filled.rows():
        filled.delete(row.id)
    write_bytes(filled.root / "runs/.0123456789ab.01234567.gone/spec.json", b"{")
    assert len(unused(filled).models) == 4


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("result.json", b"{"),
        ("result.json", b"{}"),
        ("result.json", b"[]"),
        ("spec.json", b"{"),
        ("spec.json", b"\xff"),
    ],
)
def test_a_damaged_run_keeps_the_models_it_may_need(filled: Store, file: str, text: bytes) -> None:
    """It can't be told which these are, so all of its recipe stay; the others can still be pruned."""
    write_bytes(filled.root / "models" / f"{'b' * 20}.checkpoint", b"1234")
    before = on_disk(filled)
    write_bytes(filled.root / "runs" / runs(filled)["class=3"] / file, text)
    assert prune(filled) == Unused((), 0)
    assert on_disk(filled) == before


def test_what_killed_processes_left_goes(filled: Store) -> None:
    old, new = filled.root / "runs" / ".x.1.part", filled.root / "models" / ".y.2.part"
    grave = filled.root / "runs" / ".z.3.gone" / "spec.json"
    for path in (old, new, grave):
        write_bytes(path, b"12")
    for path in (old, grave):
        os.utime(path, (0, 0))
    removed = prune(filled)
    assert (removed.models, removed.size, set(removed.leftovers)) == ((), 4, {old, grave})
    assert [path.exists() for path in (old, new, grave)] == [False, True, False]


def test_what_was_never_trained_to_the_end_goes(filled: Store) -> None:
    for kind in ("checkpoint", "safetensors"):
        write_bytes(filled.root / "models" / f"{'b' * 20}.{kind}", b"1234")
    assert prune(filled) == Unused(("b" * 20,), 8)
    assert not [name for name in on_disk(filled) if name.startswith("b" * 20)]


def test_a_model_that_somebody_works_on_stays(filled: Store) -> None:
    for row in filled.rows():
        filled.delete(row.id)
    busy, *others = filled.models
    with filled.models.lock(busy):
        assert set(prune(filled).models) == set(others)
    assert set(filled.models) == {busy}


def test_an_original_and_its_golds_are_of_one_recipe(quick: Callable[..., RunSpec]) -> None:
    from core.store.prune import _recipe

    model = quick().model
    family = [model, initial_model(model), gold_model(model, 2, "1" * 64)]
    assert len({_recipe(one) for one in family}) == 1
    assert _recipe(model.replace(train=model.train.replace(momentum=0.5))) != _recipe(model)
