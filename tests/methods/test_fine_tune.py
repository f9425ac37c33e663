import torch

from core.methods.fine_tune import unlearn
from core.methods.steps import get_weights
from core.specs import make_method
from core.training import train


def test_it_is_the_originals_training_at_a_constant_rate(problem):
    spec = make_method("fine-tune", {"epochs": 2, "learning_rate": 0.03})
    model, task = problem(spec)
    twin, _ = problem(spec)
    steps = []
    for step in unlearn(model, task, spec, generator=torch.Generator().manual_seed(1)):
        steps.append(step)
        assert step.stop_reason is None or not any(module.training for module in model.modules())
    recipe = task.recipe.but(epochs=2, learning_rate=0.03, schedule="constant")
    losses = [step.loss for step in train(twin, task.retain, recipe, generator=torch.Generator().manual_seed(1))]
    assert [step.loss for step in steps] == losses
    assert all(torch.equal(a, b) for a, b in zip(get_weights(model), get_weights(twin), strict=True))
    assert task.forget is None
    assert [step.stop_reason for step in steps[:-1]] == [None] * (len(steps) - 1)
    assert steps[-1].stop_reason == "trained for 2 passes over the retain set"
