from collections.abc import Callable

import numpy as np
import pytest
import torch

from core import RunSpec, load_dataset, plan
from core.experiment.context import Context
from core.experiment.feature_map import run_map
from core.experiment.model_set import ModelSet
from core.models import get_state, model_for, set_state


@pytest.fixture
def make_rivals(quick: Callable[..., RunSpec]) -> Callable[..., ModelSet]:
    def make(spec: RunSpec | None = None) -> ModelSet:
        spec = spec or quick()
        models = {role: model_for(spec.model, seed).eval() for seed, role in enumerate(("original", "gold-1"))}
        models["unlearned"] = set_state(model_for(spec.model, 9), get_state(models["original"])).eval()
        return ModelSet(plan(spec), Context(load_dataset(spec.model.data), {}, torch.device("cpu")), models)

    return make


def test_every_role_has_the_same_images(make_rivals: Callable[..., ModelSet]) -> None:
    model_set = make_rivals()
    places, about = run_map(model_set)
    assert list(places.columns) == ["role", "index", "x", "y", "nearest"]
    forget, train, test = model_set.planned.forget.ids, model_set.dataset.train.index, model_set.dataset.test.index
    for _, rows in places.groupby("role"):
        assert set(rows["index"]) == {*train, *test}  # 200 and 447, fewer than there is room for
        near = set(rows["index"][rows["nearest"]])
        assert 0 < len(near) <= len(forget)
        assert near <= set(train) - set(forget)
    assert set(about["fit"]) == set(places["role"]) == set(model_set.models)
    assert 0 < about["explained"][1] < about["explained"][0] < 1


def test_the_same_weights_are_at_the_same_places(make_rivals: Callable[..., ModelSet]) -> None:
    places, about = run_map(make_rivals())
    at = places.pivot(index="index", columns="role", values=["x", "y"])
    for axis in ("x", "y"):
        np.testing.assert_allclose(at[axis]["unlearned"], at[axis]["original"], rtol=1e-4, atol=1e-5)
        assert np.abs(at[axis]["gold-1"] - at[axis]["original"]).max() > 0.01
    assert about["fit"]["unlearned"] == pytest.approx(1, abs=1e-6)
    assert about["fit"]["gold-1"] < 0.999


def test_many_forget_images_are_drawn_from(quick: Callable[..., RunSpec], make_rivals: Callable[..., ModelSet]) -> None:
    spec = quick(forget="random=100", settings={"measure.norm_images": 30})
    model_set = make_rivals(spec)
    places, _ = run_map(model_set)
    shown = places.loc[places["role"] == "original", "index"]
    assert shown.isin(model_set.planned.forget.ids).sum() == 30
    again, _ = run_map(model_set)
    assert again["index"].tolist() == places["index"].tolist()
