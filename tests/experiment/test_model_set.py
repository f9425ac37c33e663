from collections.abc import Callable

import numpy as np
import pytest
import torch

from core import RunSpec, load_dataset, plan
from core.experiment.context import Context
from core.experiment.model_set import ModelSet
from core.models import model_for


@pytest.fixture
def model_set(quick: Callable[..., RunSpec]) -> ModelSet:
    spec = quick()
    models = {role: model_for(spec.model, seed).eval() for seed, role in enumerate(("original", "unlearned"))}
    return ModelSet(plan(spec), Context(load_dataset(spec.model.data), {}, torch.device("cpu")), models)


def test_answers_come_in_the_order_of_the_ids(model_set: ModelSet) -> None:
    test = model_set.dataset.test
    ids = np.array([test.index[7], 3, test.index[2]])  # test and training images, as they are asked for
    assert model_set.labels(ids).tolist() == [test.labels[7], model_set.dataset.train.labels[3], test.labels[2]]
    images = torch.tensor(model_set.dataset.images_of(ids)).float() / 255
    for role, model in model_set.models.items():
        with torch.no_grad():
            np.testing.assert_allclose(model_set.logits(ids)[role], model(images).numpy(), rtol=1e-5, atol=1e-6)


def test_features_are_what_the_head_sees(model_set: ModelSet) -> None:
    part = model_set.dataset.test.take(slice(5))
    features = torch.tensor(model_set.features(part)["unlearned"])
    logits = model_set.models["unlearned"].head(features).detach().numpy()
    np.testing.assert_allclose(model_set.logits(part.index)["unlearned"], logits, rtol=1e-5, atol=1e-6)


def test_the_forget_set_is_the_request_s(model_set: ModelSet) -> None:
    assert set(model_set.forget.labels) == {3}
    assert not model_set.planned.forget.by_subclass
    np.testing.assert_array_equal(model_set.attack_sets.forget, model_set.forget.index)
