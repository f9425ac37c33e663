import pytest
import torch

from core.methods.gradient_ascent import unlearn
from core.specs import make_method


def test_the_loss_is_minus_the_cross_entropy_and_falls(problem, by_hand):
    spec = make_method("gradient-ascent", {"max_steps": 5})
    model, task = problem(spec)
    model.eval()
    entropies, losses = [by_hand.cross_entropy(model, task.forget)], []
    for step in unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)):
        losses.append(step.loss)
        entropies.append(by_hand.cross_entropy(model, task.forget))
    assert losses == pytest.approx([-value for value in entropies[:-1]], rel=1e-3, abs=1e-6)  # one batch is all of D_f
    assert entropies == sorted(entropies)
