import numpy as np
import pytest
import torch
from torch import nn

from core.methods.boundary_shrink import CHUNK, crossed, nearest_classes, unlearn
from core.specs import make_method


def linear(weight: list[list[float]]) -> nn.Module:
    """Logits W x of images of 2 pixels."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(2, len(weight), bias=False))
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor(weight))
    return model


def test_the_step_across_is_the_sign_of_the_gradient_in_pixels_and_stays_an_image():
    model = linear([[1.0, -1.0], [0.0, 0.0]])
    images = torch.tensor([[0.5, 0.5], [0.02, 0.95]]).reshape(2, 1, 1, 2)
    # class 0: d CE / dx = -p_1 * (w_0 - w_1), signs (-, +); class 1: +p_0 * (w_0 - w_1), signs (+, -)
    moved = crossed(model, images, torch.tensor([0, 0]), 0.1).flatten(1)
    assert moved.tolist() == [pytest.approx([0.4, 0.6]), pytest.approx([0.0, 1.0])]  # the second one at both limits
    moved = crossed(model, images, torch.tensor([1, 1]), 0.1).flatten(1)
    assert moved.tolist() == [pytest.approx([0.6, 0.4]), pytest.approx([0.12, 0.85])]


def test_the_nearest_class_is_the_one_behind_the_step():
    model = linear([[1.0, 1.0], [1.6, 0.28], [0.5, 1.4]])
    image = torch.full((1, 1, 1, 2), 0.5)  # logits 1.0, 0.94, 0.95: class 2 would be the second best
    # d CE / dx = -sum of p_k (w_0 - w_k), about -(-0.6 + 0.5, 0.72 - 0.4) / 3: signs (+, -), to (0.6, 0.4)
    assert nearest_classes(model, image, torch.tensor([0]), 0.1).item() == 1  # logits 1.0, 1.072, 0.86


def test_it_is_never_the_true_class(problem):
    model, task = problem(make_method("boundary-shrink"))
    images, labels = torch.tensor(task.forget.images), torch.tensor(task.forget.labels)
    images, labels = images.repeat(CHUNK // len(images) + 2, 1, 1, 1), labels.repeat(CHUNK // len(labels) + 2)
    near = nearest_classes(model, images, labels, 1e-6)  # so short that no boundary is crossed
    assert len(near) == len(labels) > CHUNK
    assert not (near == labels).any()
    with torch.no_grad():
        logits = model.eval()(images.float() / 255).scatter(1, labels[:, None], -torch.inf)
    assert torch.equal(near, logits.argmax(dim=1))  # the second best, where the step is next to nothing
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_targets_come_from_the_original_and_the_loss_is_their_cross_entropy(problem, by_hand):
    spec = make_method("boundary-shrink", {"max_steps": 4})
    model, task = problem(spec)
    images = torch.tensor(task.forget.images)
    near = nearest_classes(model, images, torch.tensor(task.forget.labels), spec.bound).numpy()
    model.eval()
    for_each = np.arange(len(near))
    expected = [-by_hand.log_probabilities(model, images)[for_each, near].mean()]
    losses = []
    for step in unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)):
        losses.append(step.loss)
        expected.append(-by_hand.log_probabilities(model, images)[for_each, near].mean())
    assert losses == pytest.approx(expected[:-1], rel=1e-3)
    assert losses == sorted(losses, reverse=True)
