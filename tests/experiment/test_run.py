from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

import core.experiment.run as runner
from core import Finished, InvalidSpec, Phase, RunSpec, Step, Store, Table, execute, load_dataset
from core.datasets import ids_hash
from core.evaluation.accuracy import accuracies, gap
from core.specs import ForgetRequest, gold_model
from core.store import SavedModel
from core.training import train


def finish(spec: RunSpec, **words: Any) -> tuple[list[Any], dict[str, Any]]:
    events = list(execute(spec, device="cpu", **words))
    assert isinstance(events[-1], Finished)
    return events, events[-1].result


def phases(events: list[Any]) -> list[str]:
    return list(dict.fromkeys(event.name for event in events if isinstance(event, Phase)))


def test_the_whole_way(quick: Callable[..., RunSpec]) -> None:
    spec = quick("gradient-ascent")
    models: dict[str, SavedModel] = {}
    events, result = finish(spec, models=models)
    assert phases(events)[:2] == ["original", "norms of original"]
    assert phases(events).index("unlearn") < phases(events).index("gold-1")  # no gold before the method has ended
    assert set(result["accuracy"]) == {"initial", "original", "unlearned", "gold-1", "gold-2"}
    assert result["models"] == {role: key for role, key in result["models"].items() if key in models}
    assert result["state"] == "done"
    assert result["run"] == spec.id
    steps = [event for event in events if isinstance(event, Step)]
    assert [step.step for step in steps] == list(range(len(steps)))
    assert result["steps"] == len(steps) - 1 >= 1
    assert result["stop_reason"] == steps[-1].stop_reason
    tables = {event.name: event.frame for event in events if isinstance(event, Table)}
    trajectory = tables["trajectory"]
    assert {"step", "loss", "FA", "RA", "TA", "target_norm", "irrelevant_norm", "seconds"} <= set(trajectory)
    assert trajectory["seconds"].is_monotonic_increasing
    # all images are in the probe (they are fewer than 2,000), so the last step's accuracies are the result's
    for name in ("FA", "RA", "TA"):
        assert trajectory[name].iloc[-1] == pytest.approx(result["accuracy"]["unlearned"][name])
        assert trajectory[name].iloc[0] == pytest.approx(result["accuracy"]["original"][name])
    assert trajectory["target_norm"].iloc[-1] == pytest.approx(result["sensitivity"]["unlearned"]["target"], rel=1e-5)


def test_the_result_follows_from_the_tables(quick: Callable[..., RunSpec]) -> None:
    models: dict[str, SavedModel] = {}
    events, result = finish(quick(), models=models)
    own = next(event.frame for event in events if isinstance(event, Table) and event.name == "samples")
    assert result["accuracy"]["unlearned"] == accuracies(own)
    assert result["accuracy"]["unlearned"] == result["accuracy"]["original"]  # nothing was done
    golds = [result["accuracy"][f"gold-{seed}"] for seed in (1, 2)]
    assert result["gap"] == gap(result["accuracy"]["unlearned"], golds)
    data = load_dataset(quick().model.data)
    assert own["split"].value_counts().to_dict() == {
        "forget": result["forget"]["size"],
        "retain": 200 - result["forget"]["size"],
        "pool": len(data.pool or ()),
        "test": len(data.test),
    }
    measured = own[own["target_norm"].notna()]
    assert measured["split"].value_counts().to_dict() == dict.fromkeys(
        ("forget", "retain", "test"), result["forget"]["size"]
    )


def test_the_same_spec_gives_the_same_numbers(quick: Callable[..., RunSpec]) -> None:
    first, again = (finish(quick("mu-mis", gold_seeds=(1,)))[0] for _ in range(2))
    for name, value in first[-1].weights.items():
        np.testing.assert_array_equal(value, again[-1].weights[name])
    for key in ("accuracy", "sensitivity", "gap", "steps", "stop_reason", "models"):
        assert first[-1].result[key] == again[-1].result[key]


def test_models_are_trained_once_and_shared(quick: Callable[..., RunSpec]) -> None:
    models: dict[str, SavedModel] = {}
    finish(quick(), models=models)
    ids = ",".join(str(i) for i in load_dataset(quick().model.data).train.with_ids(_three(quick())).index)
    events, _ = finish(quick("gradient-ascent", forget=f"index={ids}"), models=models)
    assert phases(events) == ["unlearn", "measure"]


def _three(spec: RunSpec) -> np.ndarray:
    train = load_dataset(spec.model.data).train
    return train.index[train.labels == 3]


def test_gold_never_sees_the_forget_set(quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[np.ndarray] = []

    def spy(model: torch.nn.Module, split: Any, *args: Any, **words: Any) -> Iterator[Step]:
        seen.append(split.index)
        return train(model, split, *args, **words)

    monkeypatch.setattr(runner, "train", spy)
    spec = quick(gold_seeds=(1,))
    finish(spec)
    everything = load_dataset(spec.model.data).train.index
    original, _initial, gold = seen
    np.testing.assert_array_equal(original, everything)
    np.testing.assert_array_equal(np.sort(np.concatenate([gold, _three(spec)])), np.sort(everything))


def test_a_method_gets_only_what_it_needs(quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = {}

    def fake(spec: Any) -> Any:
        def unlearn(model: Any, task: Any, spec: Any, *, generator: Any) -> Iterator[Step]:
            tasks[spec.name] = task
            yield Step(1, 1, 0.0, {}, "enough")

        return unlearn

    monkeypatch.setattr(runner, "implementation", fake)
    for method in ("mu-mis", "fine-tune", "random-label"):
        spec = quick(method, gold_seeds=())
        finish(spec)
        task = tasks[method]
        have = {name for name in ("forget", "retain", "pool") if getattr(task, name) is not None}
        assert have == spec.method.needs
    assert tasks["mu-mis"].known_accuracy is not None
    assert tasks["mu-mis"].whole_classes == (3,)


def test_what_is_measured_between_steps_is_not_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(runner.time, "perf_counter", lambda: now[0])

    def method() -> Iterator[Step]:
        for n in range(3):
            now[0] += 1.0  # inside
            yield Step(n + 1, 3, 0.0)

    clock = runner.Clock(torch.device("cpu"))
    seen = []
    for _ in clock.over(method()):
        now[0] += 100.0  # outside
        seen.append(clock.seconds)
    assert seen == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("phase", ["original", "norms of original", "unlearn", "gold-1", "measure"])
def test_stopping_in_any_phase_leaves_a_store_that_goes_on(
    phase: str, quick: Callable[..., RunSpec], store: Store
) -> None:
    spec = quick("gradient-ascent", gold_seeds=(1,))
    events = execute(spec, models=store.models, device="cpu")
    for event in events:
        if isinstance(event, Phase) and event.name == phase:
            break
    else:
        pytest.fail(f"no phase {phase}")
    events.close()
    _, result = finish(spec, models=store.models)
    _, fresh = finish(spec)
    assert result["accuracy"] == fresh["accuracy"]
    assert not list(store.models.folder.glob("*.checkpoint"))


def test_an_interrupted_training_goes_on_to_the_same_weights(quick: Callable[..., RunSpec], store: Store) -> None:
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


def test_a_sequence_starts_from_what_is_forgotten_already(quick: Callable[..., RunSpec]) -> None:
    spec = quick("gradient-ascent", forget="class=4", after=(ForgetRequest(text="class=3"),), gold_seeds=(1,))
    models: dict[str, SavedModel] = {}
    events, result = finish(spec, models=models)
    both = load_dataset(spec.model.data).train
    gone = both.index[np.isin(both.labels, (3, 4))]
    own = next(event.frame for event in events if isinstance(event, Table) and event.name == "samples")
    assert set(own["split"]) == {"forget", "forgotten", "retain", "pool", "test"}
    assert set(own["index"][own["split"].isin(("forget", "forgotten"))]) == set(gone)
    assert set(own["label"][own["split"] == "forget"]) == {4}
    assert result["models"]["gold-1"] == gold_model(spec.model, 1, ids_hash(gone)).key


def test_devices() -> None:
    assert runner.choose_device("cpu").type == "cpu"
    with pytest.raises(InvalidSpec, match="device 'tpu' is not known"):
        runner.choose_device("tpu")
    if not torch.cuda.is_available():
        with pytest.raises(InvalidSpec, match="device 'cuda': this machine has no usable GPU"):
            runner.choose_device("cuda")


def test_streams_are_their_own() -> None:
    draws = [torch.rand(3, generator=runner.stream(s, p)).tolist() for s in (0, 1) for p in ("train", "unlearn")]
    assert len({tuple(draw) for draw in draws}) == 4
    assert torch.rand(3, generator=runner.stream(1, "train")).tolist() == draws[2]
