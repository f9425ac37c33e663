import numpy as np
import pytest
import torch

from core.evaluation.tables import predict
from core.methods.gradient_ascent import unlearn
from core.specs import make_method
from core.training import tensors


def cross_entropy(model, task) -> float:
    """Mean over the forget set, by hand: log of the sum of exponentials, minus the label's logit."""
    images, labels = tensors(task.forget, torch.device("cpu"))
    logits = predict(model, images).double().numpy()
    top = logits.max(axis=1)
    own = logits[np.arange(len(labels)), labels.numpy()]
    return float((np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top - own).mean())


def test_the_loss_is_minus_the_cross_entropy_and_falls(problem):
    spec = make_method("gradient-ascent", {"max_steps": 5})
    model, task = problem(spec)
    entropies, losses = [cross_entropy(model, task)], []
    for step in unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)):
        losses.append(step.loss)
        entropies.append(cross_entropy(model, task))
    assert losses == pytest.approx([-value for value in entropies[:-1]], rel=1e-3, abs=1e-6)  # one batch is all of D_f
    assert entropies == sorted(entropies)
