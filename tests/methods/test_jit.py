import math

import pytest
import torch
from torch import nn

from core.methods import jit
from core.specs import make_method


def test_the_roughness_of_a_linear_model_is_its_own_stretch():
    model = nn.Sequential(nn.Flatten(), nn.Linear(2, 2, bias=False))
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([[3.0, 0.0], [0.0, 1.0]]))
    images = torch.zeros(2, 1, 1, 2)
    noisy = torch.stack([images + torch.tensor([0.5, 0.0]), images + torch.tensor([0.2, 0.2])])  # two copies of each
    # |W d| / |d|: 3 for the first copies, sqrt(9 + 1) / sqrt(2) for the second ones; summed over two images
    loss = jit.roughness(model, images, noisy)
    assert loss.item() == pytest.approx((2 * 3 + 2 * math.sqrt(5)) / 2, rel=1e-6)


def test_the_noisy_branch_takes_no_gradient():
    model = nn.Sequential(nn.Flatten(), nn.Linear(1, 1, bias=False))
    with torch.no_grad():
        model[1].weight.fill_(2.0)
    images, noisy = torch.full((1, 1, 1, 1), 0.5), torch.full((1, 1, 1, 1, 1), 0.75)
    (gradient,) = torch.autograd.grad(jit.roughness(model, images, noisy), list(model.parameters()))
    # d / dw |0.5 w - const| / 0.25 with 0.5 w below the constant: -0.5 / 0.25; with both branches it were +1
    assert gradient.item() == pytest.approx(-2.0)


def test_noisy_copies_are_fresh_and_stay_images(problem, monkeypatch):
    seen: list[tuple[torch.Tensor, torch.Tensor]] = []
    true = jit.roughness

    def spy(model, images, noisy):
        seen.append((images, noisy))
        return true(model, images, noisy)

    monkeypatch.setattr(jit, "roughness", spy)
    spec = make_method("jit", {"copies": 7, "noise": 0.3, "batch_size": 4096, "max_steps": 2, "step": 1e-6})
    model, task = problem(spec)
    list(jit.unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)))
    for images, noisy in seen:
        assert noisy.shape == (7, *images.shape)
        assert (noisy.min(), noisy.max()) == (0, 1)
        inner = (images > 0.4) & (images < 0.6)  # more than a standard deviation from either limit
        assert (noisy - images)[:, inner].std().item() == pytest.approx(0.28, abs=0.03)  # 0.3, cut off at 0.4 to 0.6
    assert not torch.equal(seen[0][1], seen[1][1])


def test_the_loss_falls(problem):
    spec = make_method("jit", {"batch_size": 4096})
    model, task = problem(spec)
    losses = [step.loss for step in jit.unlearn(model, task, spec, generator=torch.Generator().manual_seed(0))]
    assert losses[-1] < 0.7 * losses[0]
