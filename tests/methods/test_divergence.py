import copy

import numpy as np
import pytest
import torch
from scipy.special import rel_entr, softmax
from torch import nn

from core.methods.divergence import divergence, frozen

TEACHER = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0], [-2.0, 0.0, 0.1], [1.0, 1.0, -4.0]])
STUDENT = np.array([[0.3, 0.2, -1.0], [1.0, -1.0, 0.0], [0.0, 0.0, 2.0], [2.5, -0.5, 0.0]])


def by_scipy(teacher: np.ndarray, student: np.ndarray, temperature: float) -> float:
    """Sum of p log(p / q) over the classes, mean over the four samples, times T squared."""
    p, q = softmax(teacher / temperature, axis=1), softmax(student / temperature, axis=1)
    return float(rel_entr(p, q).sum() / 4 * temperature**2)


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_it_is_a_mean_over_the_samples_and_not_over_the_classes(temperature: float):
    found = divergence(torch.tensor(TEACHER), torch.tensor(STUDENT), temperature).item()
    assert found == pytest.approx(by_scipy(TEACHER, STUDENT, temperature), rel=1e-9)
    assert found != pytest.approx(by_scipy(STUDENT, TEACHER, temperature), rel=1e-3)  # it has a direction


def test_a_masked_logit_of_the_teacher_is_a_probability_of_zero():
    masked = TEACHER.copy()
    masked[:, 0] = -np.inf
    student = torch.tensor(STUDENT, requires_grad=True)
    found = divergence(torch.tensor(masked), student)
    assert found.item() == pytest.approx(by_scipy(masked, STUDENT, 1.0), rel=1e-9)
    found.backward()
    # d KL(p || softmax(z)) / dz = softmax(z) - p, over four samples
    expected = (softmax(STUDENT, axis=1) - softmax(masked, axis=1)) / 4
    assert student.grad.numpy() == pytest.approx(expected, abs=1e-12)


def test_a_frozen_copy_stays_as_it_is():
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)).train()
    teacher = frozen(model)
    before = copy.deepcopy(teacher.state_dict())
    with torch.no_grad():
        model(torch.randn(5, 2))
        model[0].weight.zero_()
    assert model.training
    assert not teacher[1].training
    assert not any(parameter.requires_grad for parameter in teacher.parameters())
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in teacher.state_dict().items())
