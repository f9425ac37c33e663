import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.special import softmax

from core.inference import accuracy, predict
from core.methods.tmu import forgetting
from core.methods.tmu.forgetting import _losses, forget_hard, relabel
from core.methods.tmu.twin import joined
from core.sensitivity import draw_irrelevant
from core.specs.methods.tmu import Tmu
from core.training import tensors

CPU = torch.device("cpu")
PART = "class=3:60%"


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def forgotten(problem, easy_of, forget: str = PART, **settings) -> SimpleNamespace:
    """A run with these bits: what is right on the forget set after it, and the steps."""
    spec = Tmu(**settings)
    model, task = problem(spec, forget, "digits-noisy")
    easy = easy_of(task.forget)
    steps = list((relabel if spec.as_paper else forget_hard)(model, task, easy, spec, seeded()))
    images, labels = tensors(task.forget, CPU)
    right = (predict(model, images).argmax(1) == labels).numpy()
    retain = accuracy(model, *tensors(task.retain, CPU))
    return SimpleNamespace(easy=easy, right=right, steps=steps, retain=retain, task=task)


def first_half(forget) -> np.ndarray:
    return np.arange(len(forget)) < len(forget) // 2


def test_with_an_oracles_bits_only_what_is_hard_is_forgotten(problem):
    """No predictor, so that what is off is the unlearner's."""
    found = forgotten(problem, first_half)
    assert found.right.mean() == pytest.approx(found.easy.mean(), abs=1 / len(found.easy))
    assert (found.right == found.easy).mean() > 0.85
    assert found.retain > 0.95
    assert "its target was" in found.steps[-1].stop_reason


def test_negative_gradient_also_forgets_hard_images_but_slowly(problem):
    found = forgotten(problem, first_half, forgetting="negative-gradient", step=3e-3)
    assert found.right[found.easy].mean() > 0.95
    assert found.right[~found.easy].mean() < 0.6
    assert found.retain > 0.95


def test_hard_images_become_their_runner_up(problem):
    spec = Tmu(batch_size=4096)  # every image in every step
    model, task = problem(spec, PART, "digits-noisy")
    weights = np.linspace(0, 1, len(task.forget))
    logits = predict(model, tensors(task.forget, CPU)[0]).double().numpy()
    probabilities = softmax(logits, axis=1)
    others = probabilities.copy()
    others[np.arange(len(weights)), task.forget.labels] = 0
    loss = next(_losses(model, task, weights, spec, seeded()))().item()
    assert loss == pytest.approx(
        by_hand(model, task, weights, -np.log(probabilities[np.arange(len(weights)), others.argmax(1)])), rel=1e-4
    )


def test_random_labels_are_forgotten_to_the_same_share(problem):
    found = forgotten(problem, first_half, forgetting="random-label")
    assert (found.right == found.easy).mean() > 0.85


def test_where_all_is_hard_nothing_is_left(problem):
    found = forgotten(problem, lambda forget: np.zeros(len(forget), bool), "class=3")
    assert found.right.mean() == 0
    assert found.retain > 0.95


def test_pool_images_of_what_is_gone_are_not_kept(problem, monkeypatch):
    seen: list[set[int]] = []

    class Spy(forgetting.Batches):
        @classmethod
        def from_split(cls, split, *args):
            seen.append(set(split.labels.tolist()))
            return super().from_split(split, *args)

    monkeypatch.setattr(forgetting, "Batches", Spy)
    forgotten(problem, lambda forget: np.zeros(len(forget), bool), "class=3", max_steps=1)
    assert seen == [set(range(10)) - {3}] * 2  # the retain set, and the pool
    seen.clear()
    forgotten(problem, first_half, PART, max_steps=1)
    assert seen == [set(range(10))] * 2


def by_hand(model, task, weights: np.ndarray, pull: np.ndarray) -> float:
    """The loss of a step that sees everything, in float64 by scipy: cross-entropy for the divergence, whose constant
    has no gradient."""
    images = [tensors(split, CPU)[0] for split in (task.forget, task.retain, task.pool)]
    with torch.no_grad():
        logits = [predict(model, x).double().numpy() for x in images]
    stay = [-(softmax(z, axis=1) * np.log(softmax(z, axis=1))).sum(1) for z in logits]
    total = (weights * pull).sum() + ((1 - weights) * stay[0]).sum() + stay[1].sum() + stay[2].sum()
    return total / sum(map(len, stay))


def test_the_first_loss_by_hand(problem):
    spec = Tmu(forgetting="negative-gradient", batch_size=4096)  # every image in every step
    model, task = problem(spec, PART, "digits-noisy")
    model.eval()
    weights = np.linspace(0, 1, len(task.forget))
    images, labels = tensors(task.forget, CPU)
    logits = predict(model, images).double().numpy()
    pull = np.log(softmax(logits, axis=1)[np.arange(len(labels)), labels.numpy()])
    pull = np.maximum(pull, -np.log(10))  # a mere guess is not pulled any further
    # a batch is shuffled, so that weights must follow their images
    loss = next(_losses(model, task, weights, spec, seeded()))().item()
    assert loss == pytest.approx(by_hand(model, task, weights, pull), rel=1e-4)


def test_the_paper_trains_on_wrong_labels_of_hard_images_and_true_labels_of_all_others(problem):
    spec = Tmu(variant="paper", epochs=1)
    model, task = problem(spec, PART, "digits-noisy")
    easy = first_half(task.forget)
    batch = len(task.forget) + len(task.retain)
    task = dataclasses.replace(task, recipe=task.recipe.replace(batch_size=batch, weight_decay=0.0))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    (step,) = relabel(model, task, easy, spec, seeded())
    # the one step in training mode, by hand: its gradient is that of the cross-entropy with these labels
    images = joined(task.forget, task.retain)
    wrong = draw_irrelevant(torch.tensor(task.forget.labels), 10, 1, seeded()).squeeze(1).numpy()
    labels = np.concatenate([np.where(easy, task.forget.labels, wrong), task.retain.labels])
    assert (wrong != task.forget.labels).all()
    twin = problem(spec, PART, "digits-noisy")[0].train()
    loss = F.cross_entropy(twin(tensors(images, CPU)[0].float() / 255), torch.tensor(labels))
    assert step.loss == pytest.approx(loss.item(), rel=1e-4)
    loss.backward()
    for name, parameter in twin.named_parameters():
        torch.testing.assert_close(
            model.state_dict()[name], before[name] - spec.learning_rate * parameter.grad, rtol=1e-3, atol=1e-5
        )
    assert step.stop_reason == "the schedule ended: passes over forget and retain set: 1"


def test_the_paper_keeps_easy_and_retained_images(problem):
    found = forgotten(problem, first_half, variant="paper")
    assert found.right[found.easy].mean() > 0.9
    assert found.right[~found.easy].mean() < 0.5
    assert found.retain > 0.95
