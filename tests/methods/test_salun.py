import numpy as np
import pytest
import torch
from torch import nn

from core.methods.salun import salient, unlearn
from core.methods.steps import get_weights
from core.methods.task import Batches
from core.specs import make_method


def gradient_sizes(model: nn.Module, task) -> list[np.ndarray]:
    """|d / dw  mean over D_f of CE| in float64, in one go."""
    twin = model.double().eval()
    images = torch.tensor(task.forget.images).double() / 255
    loss = torch.nn.functional.cross_entropy(twin(images), torch.tensor(task.forget.labels))
    sizes = [g.abs().numpy() for g in torch.autograd.grad(loss, list(twin.parameters()))]
    model.float()
    return sizes


@pytest.mark.parametrize("density", [0.5, 0.1])
def test_the_mask_has_the_largest_gradients_of_the_whole_network(problem, density: float):
    model, task = problem(make_method("salun"))
    sizes = gradient_sizes(model, task)
    forget = Batches.from_split(task.forget, 9, model, torch.Generator().manual_seed(0))  # in several batches
    mask = [part.numpy() for part in salient(model.eval(), forget, density)]
    flat, chosen = (np.concatenate([part.ravel() for part in parts]) for parts in (sizes, mask))
    assert chosen.sum() == round(density * len(flat))
    edge = np.sort(flat)[-chosen.sum()]
    assert flat[chosen].min() > edge * 0.99  # float32 against float64: only next to the edge may they differ
    assert flat[~chosen].max() < edge * 1.01


@pytest.mark.parametrize("settings", [{"max_steps": 8}, {"schedule": "authors", "epochs": 1}])
def test_only_masked_weights_move(problem, settings: dict[str, object]):
    spec = make_method("salun", {"density": 0.2, **settings})
    model, task = problem(spec)
    assert task.recipe.momentum > 0  # both would move weights without a gradient
    assert task.recipe.weight_decay > 0
    before = get_weights(model)
    list(unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)))
    moved = [a != b for a, b in zip(before, get_weights(model), strict=True)]
    twin, _ = problem(spec)
    free = salient(
        twin.eval(),
        Batches.from_split(task.forget, spec.batch_size, twin, torch.Generator().manual_seed(0)),
        spec.density,
    )
    assert not any((change & ~may).any() for change, may in zip(moved, free, strict=True))
    share = sum(change.sum().item() for change in moved) / sum(may.sum().item() for may in free)
    assert share > 0.9


def test_the_whole_network_may_move_with_a_density_of_one(problem):
    model, task = problem(make_method("salun"))
    mask = salient(model.eval(), Batches.from_split(task.forget, 99, model, torch.Generator().manual_seed(0)), 1.0)
    assert all(part.all() for part in mask)
    assert [part.shape for part in mask] == [parameter.shape for parameter in model.parameters()]
