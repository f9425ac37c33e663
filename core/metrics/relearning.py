"""How fast a model wins the forget set back: what was only hidden returns faster than gold learns it.

The whole curve counts, and gold's own curve is what it is compared with (the idea of the anamnesis index,
https://arxiv.org/abs/2201.05629).
"""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

import torch
from torch import nn

from core.datasets import Split
from core.inference import accuracy
from core.models import device_of
from core.roles import only_golds
from core.specs import TrainSpec
from core.training import as_float, gradients, tensors

RATE = 0.001  # constant, for every model and recipe: small enough that gold takes more than a few steps
LIMIT = 100  # optimiser steps
REACHED = 0.95  # of the original's accuracy on the forget set


def relearn(
    model: nn.Module, forget: Split, watched: Split, recipe: TrainSpec, *, generator: torch.Generator
) -> Iterator[float]:
    """Fine-tunes the model on the forget set, in place: the recipe's optimiser and batch size, at the constant rate.

    BatchNorm keeps its statistics: a batch of forget images alone would replace them by those of one class, and the
    curve would show that.

    Args:
        watched: the forget images, or as many of them as shall be looked at after each step.
        generator: on the CPU; order of the images.

    Yields:
        accuracy on ``watched``: before the first step, then after each of ``LIMIT``.
    """
    device = device_of(model)
    images, labels = tensors(forget, device)
    seen = tensors(watched, device)
    optimiser = torch.optim.SGD(
        model.parameters(), RATE, recipe.momentum, weight_decay=recipe.weight_decay, nesterov=recipe.momentum > 0
    )
    model.eval()
    yield accuracy(model, *seen)
    at_once = recipe.batch_size
    for batch in _batches(len(labels), recipe.batch_size, generator):
        batch = batch.to(device)
        _, at_once = gradients(model, as_float(images[batch]), labels[batch], at_once)
        optimiser.step()
        yield accuracy(model, *seen)


def steps_to(curve: Sequence[float], target: float) -> int | None:
    """Steps until the curve first reaches the target; None where it does not."""
    return next((step for step, value in enumerate(curve) if value >= target), None)


def relearning(curves: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """What the curves say.

    Args:
        curves: role -> accuracy on the forget set after 0, 1, ... steps; the original is among the roles.

    Returns:
        rate and limit of the fine-tuning; target, 95 % of the original's own accuracy; steps: role -> steps to the
        target, None where the limit came first; lead: role -> mean over the curve of its height above the mean gold's
        (of the other golds, for a gold). Above the golds' own leads: a residue. Below: forgotten more than gold ever
        knew. None without (other) gold.
    """
    target = REACHED * curves["original"][0]
    golds = only_golds(curves)
    lead = {}
    for role, curve in curves.items():
        others = [fmean(gold) for name, gold in golds.items() if name != role]
        lead[role] = fmean(curve) - fmean(others) if others else None
    return {
        "rate": RATE,
        "limit": LIMIT,
        "target": target,
        "steps": {role: steps_to(curve, target) for role, curve in curves.items()},
        "lead": lead,
    }


def _batches(count: int, size: int, generator: torch.Generator) -> Iterator[torch.Tensor]:
    done = 0
    while True:
        for batch in torch.randperm(count, generator=generator).split(size):
            if done == LIMIT:
                return
            yield batch
            done += 1
