"""Relearning speed: hidden knowledge returns faster than gold learns it.

The whole curve is compared with gold's curve (the idea of the anamnesis index, https://arxiv.org/abs/2201.05629).
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
    """Fine-tunes the model on the forget set, in place, with the recipe's optimiser and batch size and a constant rate.

    BatchNorm statistics are frozen: batches of forget images would replace them by the statistics of one class, which
    would change the curve.

    Args:
        watched: the forget images, or a part of them, on which accuracy is measured after each step.
        generator: on the CPU; sets the order of the images.

    Yields:
        accuracy on ``watched``: before the first step, then after each of ``LIMIT`` steps.
    """
    device = device_of(model)
    images, labels = tensors(forget, device)
    seen = tensors(watched, device)
    optimiser = torch.optim.SGD(
        model.parameters(),
        RATE,
        recipe.momentum,
        weight_decay=recipe.weight_decay,
        nesterov=recipe.nesterov and recipe.momentum > 0,
    )
    model.eval()
    yield accuracy(model, *seen)
    at_once = recipe.batch_size
    for batch in _batches(len(labels), recipe.batch_size, generator):
        batch = batch.to(device)
        _, at_once = gradients(model, as_float(images[batch]), labels[batch], recipe, at_once)
        optimiser.step()
        yield accuracy(model, *seen)


def steps_to(curve: Sequence[float], target: float) -> int | None:
    """Steps until the curve first reaches the target; None if it does not."""
    return next((step for step, value in enumerate(curve) if value >= target), None)


def relearning(curves: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """The numbers of the result's ``relearning``, from the curves.

    Args:
        curves: role -> accuracy on the forget set after 0, 1, ... steps; the original is among the roles.

    Returns:
        rate and limit of the fine-tuning; target, 95 % of the original's own accuracy; steps: role -> steps to the
        target, None if not reached within the limit; lead: role -> mean height of the curve above the mean gold's
        (for a gold: the other golds'). Above the golds' own leads: residual knowledge. Below: over-forgotten. None
        without (another) gold.
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
