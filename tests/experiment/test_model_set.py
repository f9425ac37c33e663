from collections.abc import Callable

import numpy as np
import pytest
import torch

from core import RunSpec, load_dataset, plan
from core.experiment.model_set import Rivals
from core.models import model_for


@pytest.fixture
def rivals(quick: Callable[..., RunSpec]) -> Rivals:
    spec = quick()
    models = {role: model_for(spec.model, seed).eval() for seed, role in enumerate(("original", "unlearned"))}
    return Rivals(plan(spec), load_dataset(spec.model.data), models)


def test_answers_come_in_the_order_of_the_ids(rivals: Rivals) -> None:
    test = rivals.dataset.test
    ids = np.array([test.index[7], 3, test.index[2]])  # test and training images, as they are asked for
    assert rivals.labels(ids).tolist() == [test.labels[7], rivals.dataset.train.labels[3], test.labels[2]]
    images = torch.tensor(rivals.dataset.images_of(ids)).float() / 255
    for role, model in rivals.models.items():
        with torch.no_grad():
            np.testing.assert_allclose(rivals.logits(ids)[role], model(images).numpy(), rtol=1e-5, atol=1e-6)


def test_features_are_what_the_head_sees(rivals: Rivals) -> None:
    part = rivals.dataset.test.take(slice(5))
    features = torch.tensor(rivals.features(part)["unlearned"])
    logits = rivals.models["unlearned"].head(features).detach().numpy()
    np.testing.assert_allclose(rivals.logits(part.index)["unlearned"], logits, rtol=1e-5, atol=1e-6)


def test_the_forget_set_is_the_request_s(rivals: Rivals) -> None:
    assert set(rivals.forget.labels) == {3}
    assert not rivals.by_subclass
    np.testing.assert_array_equal(rivals.attack_sets.forget, rivals.forget.index)
