from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from core import METHODS, Diverged, RunSpec, Step, Table, load_dataset, plan
from core.datasets import ids_hash
from core.events import Event, Note
from core.experiment import unlearn
from core.experiment.context import Context
from core.models import model_for
from core.specs import ForgetRequest, gold_model
from core.specs.requests import parse_requests
from core.specs.sequence import sequence_runs
from core.store import SavedModel


def test_a_method_gets_only_what_it_needs(
    finish, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = {}

    def fake(spec: Any) -> Any:
        def unlearn(model: Any, task: Any, spec: Any, *, generator: Any) -> Iterator[Step]:
            tasks[spec.name] = task
            yield Step(1, 1, 0.0, {}, "enough")

        return unlearn

    monkeypatch.setattr(unlearn, "implementation", fake)
    for method in ("mu-mis", "fine-tune", "random-label"):
        spec = quick(method, gold_seeds=())
        finish(spec)
        task = tasks[method]
        have = {name for name in ("forget", "retain", "pool") if getattr(task, name) is not None}
        assert have == spec.method.needs
    assert tasks["mu-mis"].known_accuracy is not None
    assert tasks["mu-mis"].whole_classes == (3,)


def test_a_diverged_method_stops_at_once(finish, quick: Callable[..., RunSpec]) -> None:
    spec = quick("gradient-ascent", gold_seeds=(1,), settings={"schedule": "authors", "learning_rate": 1.0})
    models: dict[str, SavedModel] = {}
    with pytest.raises(Diverged, match=r"^after step \d+ of Gradient ascent the model's outputs are not finite"):
        finish(spec, models=models)
    assert set(models) == {spec.model.key}  # before any gold is trained


def test_a_method_that_needs_no_step_says_why(finish, quick: Callable[..., RunSpec]) -> None:
    """One image that the original gets wrong."""
    models: dict[str, SavedModel] = {}
    finish(quick(gold_seeds=()), models=models)
    table = models[quick().model.key].table
    wrong = table[(table["split"] == "train") & (table["prediction"] != table["label"])]["index"].iloc[0]
    _, result = finish(quick("mu-mis", forget=f"index={wrong}", gold_seeds=()), models=models)
    assert result["steps"] == 0
    assert result["stop_reason"] == "no step was needed: the forget image is classified wrong already"
    assert result["accuracy"]["unlearned"] == result["accuracy"]["original"]


def test_a_sequence_starts_from_what_is_forgotten_already(finish, quick: Callable[..., RunSpec]) -> None:
    spec = quick("gradient-ascent", forget="class=4", after=(ForgetRequest(text="class=3"),), gold_seeds=(1,))
    models: dict[str, SavedModel] = {}
    events, result = finish(spec, models=models)
    both = load_dataset(spec.model.data).train
    removed = both.index[np.isin(both.labels, (3, 4))]
    own = next(event.frame for event in events if isinstance(event, Table) and event.name == "samples")
    assert set(own["split"]) == {"forget", "forgotten", "retain", "pool", "test"}
    assert set(own["index"][own["split"].isin(("forget", "forgotten"))]) == set(removed)
    assert set(own["label"][own["split"] == "forget"]) == {4}
    assert result["models"]["gold-1"] == gold_model(spec.model, 1, ids_hash(removed)).key


@pytest.fixture(scope="module")
def trained() -> dict[str, SavedModel]:
    """Models that runs of one original share."""
    return {}


@pytest.mark.parametrize("method", METHODS)
def test_a_sequence_goes_on_from_the_weights_of_the_run_before(
    method: str, finish, quick: Callable[..., RunSpec], trained: dict[str, SavedModel]
) -> None:
    """The same numbers as from the original: no method leaves anything but weights and buffers to the next request."""
    little = {"max_steps": 5, "twin_epochs": 1, "curriculum_epochs": 1, "curriculum_steps": 2}
    little = {name: value for name, value in little.items() if name in METHODS[method].model_fields}
    little |= {"model.data.size": 100, "measure.probe_images": 10, "measure.norm_images": 2}
    last = quick(method, forget="class=4", after=parse_requests("class=3"), gold_seeds=(), settings=little)
    first, _ = sequence_runs(last)
    left = finish(first, models=trained)[0][-1].weights
    whole, result = finish(last, models=trained)
    taken_up, again = finish(last, models=trained, start=left)
    for name, value in whole[-1].weights.items():
        np.testing.assert_array_equal(taken_up[-1].weights[name], value)
    for key in ("accuracy", "sensitivity", "outputs", "steps", "stop_reason", "notes"):
        assert again[key] == result[key]
    starts = [event for event in taken_up if isinstance(event, Step) and event.step == 0]
    assert len(starts) == 1  # the method ran for the last request alone


def test_tables_and_features_are_those_of_the_last_request(
    finish, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fake(spec: Any) -> Any:
        def unlearn(model: Any, task: Any, spec: Any, *, generator: Any) -> Iterator[Any]:
            yield Table("forget_features", pd.DataFrame({"index": task.forget.index, "label": 0, "p_hard": 1.0}))
            yield Table("of its own", pd.DataFrame({"index": task.forget.index}))
            if task.forget.labels[0] == 3:
                yield Table("of the first", pd.DataFrame({"index": task.forget.index}))
            yield Note(f"Class {task.forget.labels[0]}.")
            yield Step(1, 1, 0.0, {}, "enough")

        return unlearn

    monkeypatch.setattr(unlearn, "implementation", fake)
    spec = quick("mu-mis", forget="class=4", after=(ForgetRequest(text="class=3"),), gold_seeds=())
    context = Context(load_dataset(spec.model.data), {}, torch.device("cpu"))
    events = unlearn.unlearn(context, model_for(spec.model), plan(spec), None)
    told: list[Event] = []
    while True:
        try:
            told.append(next(events))
        except StopIteration as end:
            trajectory = end.value
            break
    tables = {event.name: event.frame for event in told if isinstance(event, Table)}
    train = load_dataset(spec.model.data).train
    fours = train.index[train.labels == 4].tolist()
    assert list(tables) == ["of its own"]
    assert tables["of its own"]["index"].tolist() == trajectory.features["index"].tolist() == fours
    assert trajectory.notes == ["Class 4."]


@pytest.mark.parametrize("method", ["mu-mis", "scrub", "gradient-ascent"])
def test_a_step_of_the_past_is_what_a_run_with_that_limit_ends_at(
    method: str, finish, quick: Callable[..., RunSpec]
) -> None:
    """The model at a step is evaluated by a run of its own: the same spec that stops there."""
    spec = quick(method, gold_seeds=(), settings={"max_steps": 5})
    models: dict[str, SavedModel] = {}
    events, result = finish(spec, models=models)
    steps = tables_of(events)["forget_steps"]
    assert sorted(set(steps["step"])) == list(range(result["steps"] + 1))
    original = models[result["models"]["original"]].table
    stopped = spec.method.stopped_at(2)
    assert stopped is not None
    events, earlier = finish(spec.replace(method=stopped), models=models)
    assert earlier["steps"] == 2
    ends = {0: original, 2: tables_of(events)["samples"]}
    for step, expected in ends.items():
        found = steps[steps["step"] == step].set_index("index")
        wanted = expected.set_index("index").loc[found.index]
        assert found["prediction"].tolist() == wanted["prediction"].tolist()
        np.testing.assert_allclose(found["probability"], wanted["probability"], rtol=1e-4, atol=1e-6)


def tables_of(events: list[Event]) -> dict[str, pd.DataFrame]:
    return {event.name: event.frame for event in events if isinstance(event, Table)}
