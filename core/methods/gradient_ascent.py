"""Gradient ascent: raises the cross-entropy of the forget images; the oldest baseline without other data.

    w <- w + eta * d / dw  mean over D_f of  CE(f(x), c)

Paper: https://arxiv.org/abs/2109.13398 (Thudi et al., Unrolling SGD): undoes the gradients of the forget images.
Departures: the paper adds the gradients at the initial weights back once. Here, as is usual now, gradients are taken at
the current weights in every step. BatchNorm statistics are frozen. Schedules: see ``core.methods.descent``.

Measured on whole digits: 27 to 41 steps with a step of 3e-4, 9 to 13 with 1e-3. The authors' passes do nothing up to a
rate of 0.05. The smallest rate that forgets all ten classes, 0.2, ruins the model.
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from core.events import NoStep
from core.methods.descent import run
from core.methods.task import Batches, Task, cross_entropy
from core.specs.methods.gradient_ascent import GradientAscent
from core.training import Step


def unlearn(
    model: nn.Module, task: Task, spec: GradientAscent, *, generator: torch.Generator
) -> Iterator[Step | NoStep]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: only its forget set is used.
        spec: schedule and steps; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images.

    Yields:
        Steps whose ``loss`` is minus the cross-entropy, with ``step_size``; the last has the reason.
    """
    assert task.forget is not None
    forget = Batches.from_split(task.forget, spec.batch_size, model, generator)
    losses = (partial(ascent, model, images, labels) for images, labels in forget)
    yield from run(model, task, spec, losses, spec.epochs * forget.per_pass, generator=generator)


def ascent(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Minus the cross-entropy, a scalar with graph."""
    return -cross_entropy(model, images, labels)
