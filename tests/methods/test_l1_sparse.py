import pytest
import torch

from core.methods.l1_sparse import size_of, unlearn
from core.specs import make_method

ALPHA = 0.004


def losses(problem, alpha: float, **settings) -> tuple[list[float], list[float]]:
    """The loss of every step, and the sum of the sizes of all weights before it."""
    spec = make_method("l1-sparse", {"alpha": alpha, **settings})
    model, task = problem(spec)

    def size() -> float:
        return sum(parameter.detach().double().abs().sum().item() for parameter in model.parameters())

    sizes, found = [size()], []
    for step in unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)):
        sizes.append(size())
        found.append(step.loss)
    return found, sizes[:-1]


@pytest.mark.parametrize(
    ("settings", "total"),
    [
        ({"schedule": "authors", "epochs": 1, "learning_rate": 1e-9}, 6),  # 360 images in batches of at most 64
        ({"max_steps": 4, "step": 1e-9}, 4),
    ],
)
def test_the_penalty_falls_to_zero_in_a_straight_line(problem, settings: dict[str, object], total: int):
    plain, _ = losses(problem, 0.0, **settings)  # the weights hardly move: the same losses but for the penalty
    found, sizes = losses(problem, ALPHA, **settings)
    assert len(found) == total
    for t, (loss, bare, size) in enumerate(zip(found, plain, sizes, strict=True)):
        assert loss - bare == pytest.approx(ALPHA * (1 - t / total) * size, rel=1e-3)


def test_weights_shrink(problem):
    settings = {"schedule": "authors", "epochs": 2, "learning_rate": 0.01}
    _, plain = losses(problem, 0.0, **settings)
    _, pulled = losses(problem, 0.02, **settings)
    assert pulled[-1] < 0.9 * plain[-1]


def test_the_gradient_of_the_size_is_the_sign():
    model = torch.nn.Linear(3, 2)
    gradients = torch.autograd.grad(size_of(model), model.parameters())
    assert all(torch.equal(g, p.sign()) for g, p in zip(gradients, model.parameters(), strict=True))
