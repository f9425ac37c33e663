import copy

import pytest
import torch
import torch.nn.functional as F

from core import make_spec
from core.datasets import load_dataset
from core.inference import accuracy
from core.metrics.relearning import LIMIT, RATE, relearn, relearning, steps_to
from core.models import model_for
from core.specs import TrainSpec
from core.training import as_float, tensors, train

RECIPE = TrainSpec(epochs=3)


@pytest.fixture(scope="module")
def data():
    return load_dataset("digits")


@pytest.fixture(scope="module")
def models(data):
    """A model of all digits, and one that was never shown a three."""
    found = []
    for split in (data.train, data.train.take(data.train.labels != 3)):
        model = model_for(make_spec("digits", settings={"model.width": 8}).model)
        for _ in train(model, split, RECIPE, generator=torch.Generator().manual_seed(0)):
            pass
        found.append(model)
    return found


def curve(model, split, watched=None, recipe=RECIPE):
    order = torch.Generator().manual_seed(0)
    return list(relearn(copy.deepcopy(model), split, watched or split, recipe, generator=order))


def test_a_model_that_never_saw_the_images_learns_them_later(data, models):
    threes = data.train.take(data.train.labels == 3)
    knows, never = (curve(model, threes) for model in models)
    assert len(knows) == len(never) == LIMIT + 1
    assert knows[0] == accuracy(models[0], *tensors(threes, torch.device("cpu")))
    assert never[0] == 0
    assert never[-1] > 0.9
    found = relearning({"original": knows, "gold-1": never})
    assert found["target"] == pytest.approx(0.95 * knows[0])
    assert found["steps"]["original"] == 0 < found["steps"]["gold-1"]
    assert found["lead"]["original"] > 0.1


def test_one_step_by_hand(data, models):
    # The first step of SGD with Nesterov momentum on one whole batch: w - rate * (1 + momentum) * (grad + decay * w).
    few = data.train.take(slice(20))
    model, expected = copy.deepcopy(models[0]), copy.deepcopy(models[0]).eval()
    images, labels = tensors(few, torch.device("cpu"))
    F.cross_entropy(expected(as_float(images)), labels).backward()
    with torch.no_grad():
        for p in expected.parameters():
            p -= RATE * (1 + RECIPE.momentum) * (p.grad + RECIPE.weight_decay * p)
    steps = relearn(model, few, few, RECIPE, generator=torch.Generator().manual_seed(0))
    next(steps)
    next(steps)
    for (name, own), other in zip(model.state_dict().items(), expected.state_dict().values(), strict=True):
        torch.testing.assert_close(own, other, msg=name)  # BatchNorm's statistics among them


def test_accuracy_is_measured_on_the_watched_images_only(data, models):
    part = data.train.take(slice(3))
    assert {round(3 * value, 9) for value in curve(models[1], data.train.take(slice(50)), part)} <= {0, 1, 2, 3}


def test_steps_and_lead_by_hand():
    found = relearning({"original": [1.0, 1.0], "unlearned": [0.0, 0.96], "gold-1": [0.0, 0.2], "gold-2": [0.0, 0.6]})
    assert found["target"] == pytest.approx(0.95)
    assert found["steps"] == {"original": 0, "unlearned": 1, "gold-1": None, "gold-2": None}
    assert found["lead"] == pytest.approx({"original": 0.8, "unlearned": 0.28, "gold-1": -0.2, "gold-2": 0.2})
    assert relearning({"original": [1.0]})["lead"] == {"original": None}
    assert relearning({"original": [1.0], "gold-1": [0.0]})["lead"]["gold-1"] is None
    assert steps_to([0.1, 0.5, 0.4], 0.5) == 1
