from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core import Phase, RunSpec, Step, Store, execute, load_dataset, plan
from core.experiment import trained_models
from core.experiment.versions import processor
from core.oom import note_memory
from core.store import SavedModel, prune
from core.training import train


def ids_of_threes(spec: RunSpec) -> np.ndarray:
    train = load_dataset(spec.model.data).train
    return train.index[train.labels == 3]


def test_models_are_trained_once_and_shared(finish, phases, quick: Callable[..., RunSpec]) -> None:
    models: dict[str, SavedModel] = {}
    finish(quick(), models=models)
    ids = ",".join(str(i) for i in load_dataset(quick().model.data).train.with_ids(ids_of_threes(quick())).index)
    events, _ = finish(quick("gradient-ascent", forget=f"index={ids}"), models=models)
    assert phases(events) == ["unlearn", "measure"]


def test_gold_never_sees_the_forget_set(finish, quick, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[np.ndarray] = []

    def spy(model: torch.nn.Module, split: Any, *args: Any, **words: Any) -> Iterator[Step]:
        seen.append(split.index)
        return train(model, split, *args, **words)

    monkeypatch.setattr(trained_models, "train", spy)
    spec = quick(gold_seeds=(1,))
    finish(spec)
    everything = load_dataset(spec.model.data).train.index
    original, _initial, gold = seen
    np.testing.assert_array_equal(original, everything)
    np.testing.assert_array_equal(np.sort(np.concatenate([gold, ids_of_threes(spec)])), np.sort(everything))


def test_a_resumed_training_ends_at_the_same_weights(finish, quick: Callable[..., RunSpec], store: Store) -> None:
    spec = quick(gold_seeds=(), settings={"model.train.epochs": 3})
    events = execute(spec, models=store.models, device="cpu")
    half = next(e for e in events if isinstance(e, Phase) and e.name == "original" and e.done > e.total // 2)
    events.close()
    assert store.models.checkpoint(spec.model.key) is not None
    resumed = execute(spec, models=store.models, device="cpu")
    first = next(e for e in resumed if isinstance(e, Phase))
    assert (first.name, first.done) == ("original", half.total // 3 + 1)  # after the first of three epochs
    list(resumed)
    models: dict[str, SavedModel] = {}
    finish(spec, models=models)
    for name, value in models[spec.model.key].weights.items():
        np.testing.assert_array_equal(value, store.models[spec.model.key].weights[name])


def test_shipped_models_are_not_trained_again(
    finish, phases, quick: Callable[..., RunSpec], store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = quick(gold_seeds=(1,))
    gallery = Store(tmp_path / "gallery", shipped=False)
    _, made = finish(spec, models=gallery.models)
    before = {path: path.read_bytes() for path in gallery.root.rglob("*.*")}
    monkeypatch.setattr("core.store.store.GALLERY", gallery.root)
    own = Store(store.root)
    assert plan(spec, models=own.models).cached == {"original", "initial", "gold-1"}
    events, result = finish(spec, models=own.models)
    assert phases(events) == ["measure"]
    assert result["accuracy"] == made["accuracy"]
    (note,) = (note for note in result["notes"] if "shipped" in note)
    assert note == (
        "Models from the shipped examples, not trained here: original, initial, gold-1 (trained on cpu "
        f"({processor()}) with torch {torch.__version__}). Their times were measured on another machine, and models "
        "trained here may differ from them in the last digits."
    )
    assert set(own.models) == set(result["models"].values())  # a run's models stay, whatever later versions ship
    assert len(prune(own).models) == 3  # no run was kept, so nothing needs them
    assert plan(spec, models=own.models).cached == {"original", "initial", "gold-1"}
    assert {path: path.read_bytes() for path in gallery.root.rglob("*.*")} == before


def test_a_batch_that_did_not_fit_is_in_the_notes(finish, quick, monkeypatch: pytest.MonkeyPatch) -> None:
    def tight(model: torch.nn.Module, split: Any, spec: Any, **words: Any) -> Iterator[Step]:
        for step in train(model, split, spec, **words):
            note_memory("for batches of 64 images")
            yield step

    spec = quick(gold_seeds=())
    _, result = finish(spec)
    assert not [note for note in result["notes"] if "memory" in note]
    monkeypatch.setattr(trained_models, "train", tight)
    _, result = finish(spec)
    (note,) = [note for note in result["notes"] if "memory" in note]
    assert note == "Training original: there was not enough device memory for batches of 64 images."
