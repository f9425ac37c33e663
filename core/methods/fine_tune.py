"""Fine-tune: continues training on the retain set, so that the model may forget what it no longer sees.

    minimise  mean over D_r of CE(f(x), c),  from the original's weights

Paper: https://arxiv.org/abs/1911.04933 (Golatkar et al., Eternal Sunshine, its "fine-tune" baseline).
It uses the original's recipe (batch size, momentum, weight decay, augmentation, BatchNorm in training mode) at a
constant rate. Only the matched stop uses the forget set. Schedules: see ``core.methods.descent``.

The defaults, 5 passes at 0.02, are what the code of selective synaptic dampening (https://arxiv.org/abs/2308.07707)
publishes for this baseline. Measured on whole digits: no rate up to 0.2 forgets anything in 5 passes, and the matched
stop is not reached in 100 steps of 0.01, the largest step tried.
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import nn

from core.events import NoStep
from core.methods.descent import Loss, run
from core.methods.task import Batches, Task, cross_entropy
from core.specs.methods.fine_tune import FineTune
from core.training import Step, augmented


def unlearn(model: nn.Module, task: Task, spec: FineTune, *, generator: torch.Generator) -> Iterator[Step | NoStep]:
    """Trains on ``task.retain`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: with its retain set, and its forget set for the matched stop.
        spec: schedule and steps; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images and augmentation.

    Yields:
        Steps with ``step_size``; the last has the reason.
    """
    retain = retained(model, task, generator)
    losses = training_losses(model, task, retain, generator)
    steps = spec.epochs * retain.per_pass
    yield from run(model, task, spec, losses, steps, generator=generator, training_mode=True)


def retained(model: nn.Module, task: Task, generator: torch.Generator) -> Batches:
    """The retain set in batches of the recipe's size."""
    assert task.retain is not None
    return Batches.from_split(task.retain, task.recipe.batch_size, model, generator)


def training_losses(model: nn.Module, task: Task, retain: Batches, generator: torch.Generator) -> Iterator[Loss]:
    """Yields the cross-entropy on augmented batches."""
    for images, labels in retain:
        yield partial(cross_entropy, model, augmented(images, task.recipe.augment, generator), labels)
