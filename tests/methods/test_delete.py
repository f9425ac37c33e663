import numpy as np
import pytest
import torch
from scipy.special import rel_entr

from core.methods.delete import unlearn
from core.specs import make_method


def test_the_target_is_the_originals_output_without_the_label_scaled_up_to_one(problem, by_hand):
    spec = make_method("delete", {"max_steps": 3})
    model, task = problem(spec)
    images = torch.tensor(task.forget.images)
    model.eval()
    target = np.exp(by_hand.log_probabilities(model, images))
    target[np.arange(len(images)), task.forget.labels] = 0
    target /= target.sum(axis=1, keepdims=True)

    def divergence() -> float:
        return rel_entr(target, np.exp(by_hand.log_probabilities(model, images))).sum() / len(images)

    expected, losses = [divergence()], []
    for step in unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)):
        losses.append(step.loss)
        expected.append(divergence())  # the target stays that of the original
    assert losses == pytest.approx(expected[:-1], rel=1e-3)
    assert losses == sorted(losses, reverse=True)


def test_the_other_classes_are_kept(problem, by_hand):
    spec = make_method("delete", {"schedule": "authors"})
    model, task = problem(spec)
    images = torch.tensor(task.forget.images)
    model.eval()
    second = by_hand.log_probabilities(model, images)
    second[np.arange(len(images)), task.forget.labels] = -np.inf
    list(unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)))
    now = by_hand.log_probabilities(model, images).argmax(axis=1)
    assert not (now == task.forget.labels).any()
    assert (now == second.argmax(axis=1)).mean() > 0.6
