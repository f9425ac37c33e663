import math

import pytest
import torch
from torch import Tensor, nn

from core.methods.steps import (
    descend,
    distance,
    get_weights,
    nearest_on_last_step,
    relative_rate,
    restore,
    set_weights,
)


def parameters(*values: list[float]) -> list[nn.Parameter]:
    return [nn.Parameter(torch.tensor(value)) for value in values]


def scalar(value: float) -> nn.Module:
    """A model of one weight."""
    model = nn.Linear(1, 1, bias=False)
    set_weights(model, [torch.tensor([[value]])])
    return model


def test_weights_are_copied_and_restored():
    model = scalar(3.0)
    saved = get_weights(model)
    set_weights(model, [torch.tensor([[5.0]])])
    assert saved[0].item() == 3.0
    set_weights(model, saved)
    assert model.weight.item() == 3.0
    assert model.weight.requires_grad


def test_a_step_of_gradient_descent():
    moved, still = parameters([1.0, 2.0], [5.0])
    length = descend([moved, still], [torch.tensor([30.0, -40.0]), None], 0.1)
    assert moved.tolist() == pytest.approx([1.0 - 3.0, 2.0 + 4.0])
    assert still.item() == 5.0
    assert length == pytest.approx(5.0)  # 0.1 * |(30, -40)|


@pytest.mark.parametrize("scale", [1e-20, 1.0, 1e15])
def test_a_relative_step_has_its_length_whatever_the_gradient(scale: float):
    weights = parameters([3.0, 0.0], [4.0], [100.0])  # the last gets no gradient, so that the norm is |(3, 0, 4)| = 5
    gradients: list[Tensor | None] = [scale * torch.tensor([1.0, 2.0]), scale * torch.tensor([-2.0]), None]
    before = [weight.detach().clone() for weight in weights]
    length = descend(weights, gradients, relative_rate(weights, gradients, 0.02))
    moved = math.hypot(*((w.detach() - b).norm().item() for w, b in zip(weights, before, strict=True)))
    assert length == pytest.approx(0.02 * 5, rel=1e-5)
    assert moved == pytest.approx(0.02 * 5, rel=1e-4)
    assert weights[0][0] < 3.0  # against the gradient
    assert weights[1][0] > 4.0


def test_a_gradient_of_zero_moves_nothing():
    weights = parameters([3.0, 4.0])
    assert relative_rate(weights, [torch.zeros(2)], 0.02) == 0.0


@pytest.mark.parametrize(
    ("target", "found"),
    [(0.0, 0.0), (0.55, 0.6), (0.27, 0.2), (1.0, 0.8)],  # from 1 to 0: points at 0.8, 0.6, 0.4, 0.2, 0; never the start
)
def test_the_nearest_point_of_the_last_step(target: float, found: float):
    model = scalar(0.0)
    value = nearest_on_last_step(model, [torch.tensor([[1.0]])], lambda: model.weight.item(), target)
    assert value == model.weight.item() == pytest.approx(found, abs=1e-7)


def test_of_equally_near_points_the_furthest_is_taken():
    model = scalar(0.1)
    assert nearest_on_last_step(model, [torch.tensor([[1.0]])], lambda: 0.5, 0.3) == 0.5
    assert model.weight.item() == pytest.approx(0.1)


def test_weights_outside_the_mask_are_restored():
    weights = parameters([1.0, 2.0], [5.0])
    before = [torch.tensor([10.0, 20.0]), torch.tensor([50.0])]
    restore(weights, before, [torch.tensor([True, False]), torch.tensor([False])])
    assert [weight.tolist() for weight in weights] == [[1.0, 20.0], [50.0]]


def test_the_distance_is_that_of_all_weights_together():
    before = [torch.tensor([1.0, 2.0]), torch.tensor([5.0])]
    assert distance(before, parameters([1.0, 5.0], [9.0])) == pytest.approx(5.0)  # |(0, 3, 4)|
