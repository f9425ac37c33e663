import numpy as np
import pytest
import torch
from scipy.special import softmax
from torch import nn

from core.methods.ssd import CHUNK, dampen, squared_gradients, unlearn
from core.methods.steps import get_weights
from core.specs import make_method


def test_squared_gradients_of_a_linear_model_are_those_by_hand():
    rng = np.random.default_rng(0)
    count = 2 * CHUNK + 3
    x, c = rng.normal(size=(count, 4)).astype(np.float32), rng.integers(0, 3, count)
    model = nn.Linear(4, 3)
    weight, bias = (parameter.detach().double().numpy() for parameter in model.parameters())
    residual = softmax(x @ weight.T + bias, axis=1) - np.eye(3)[c]  # d CE / d logits, of each image
    of_weight = np.einsum("nk,nd->kd", residual**2, x.astype(np.float64) ** 2)  # (r_k x_d)^2, summed over images
    found, loss = squared_gradients(model, torch.tensor(x), torch.tensor(c))
    assert found[0].numpy() == pytest.approx(of_weight, rel=1e-4)
    assert found[1].numpy() == pytest.approx((residual**2).sum(axis=0), rel=1e-4)
    logs = np.log(softmax(x @ weight.T + bias, axis=1))[np.arange(count), c]
    assert loss == pytest.approx(-logs.sum(), rel=1e-4)


def test_dampening_by_hand():
    spec = make_method("ssd", {"alpha": 2.0, "dampening": 0.5})
    weights = torch.tensor([1.0, 1.0, -1.0, 4.0, 3.0])
    of_forget = torch.tensor([2.0, 1.9, 10.0, 5.0, 0.0])
    overall = torch.tensor([1.0, 1.0, 2.0, 1.0, 0.0])
    # chosen: more than twice the overall importance, so not the first (just twice), the second and the last (0 > 0)
    changed = dampen(weights, of_forget, overall, spec)
    assert weights.tolist() == pytest.approx([1.0, 1.0, -1.0 * 0.5 * 2 / 10, 4.0 * 0.5 * 1 / 5, 3.0])
    assert changed == 2


def test_no_weight_grows():
    spec = make_method("ssd", {"alpha": 1.0, "dampening": 100.0})
    weights = torch.tensor([1.0])
    assert dampen(weights, torch.tensor([5.0]), torch.tensor([1.0]), spec) == 0  # min(100 * 1 / 5, 1) = 1
    assert weights.tolist() == [1.0]


def test_one_step_dampens_what_matters_more_to_the_forget_set(problem, by_hand):
    spec = make_method("ssd", {"alpha": 3.0})
    model, task = problem(spec)
    before, loss = get_weights(model), by_hand.cross_entropy(model.eval(), task.forget)
    parts = [torch.tensor(s.images) for s in (task.forget, task.retain)]
    labels = [torch.tensor(s.labels) for s in (task.forget, task.retain)]
    of_forget, _ = squared_gradients(model, parts[0], labels[0])
    of_all, _ = squared_gradients(model, torch.cat(parts), torch.cat(labels))
    (step,) = unlearn(model, task, spec, generator=torch.Generator())
    share = 0
    for b, a, ours, both in zip(before, get_weights(model), of_forget, of_all, strict=True):
        ratio = (ours / len(parts[0])) / (both / sum(map(len, parts)))
        assert torch.equal(a[ratio < 2.99], b[ratio < 2.99])
        torch.testing.assert_close(a[ratio > 3.01], (b / ratio)[ratio > 3.01], rtol=1e-3, atol=1e-7)  # lambda is 1
        share += (ratio > 3).sum().item()
    assert step.loss == pytest.approx(loss, rel=1e-3)
    assert step.values["dampened"] == pytest.approx(share / sum(weight.numel() for weight in before), rel=1e-2)
    assert 0 < step.values["dampened"] < 0.5
    assert by_hand.cross_entropy(model, task.forget) > 10 * by_hand.cross_entropy(model, task.retain)
