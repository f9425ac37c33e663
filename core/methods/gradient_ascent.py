"""Gradient ascent: raise the cross-entropy of the forget images, the oldest baseline that needs nothing else.

    w <- w + eta * d / dw  mean over D_f of  CE(f(x), c)

Paper: https://arxiv.org/abs/2109.13398 (Thudi et al., Unrolling SGD): undoes the gradients that the forget images gave.
Departures: they add the gradients back once, taken at the first weights; here, as is usual since, at the current ones,
step by step. Length of a step, stop rule and BatchNorm: see ``core.methods.descent``.

The default step of 3e-4 was found on ``digits`` without gold, test or retain images: the largest of 1e-4, 3e-4, 1e-3,
3e-3 with which none of the ten whole classes is forgotten in fewer than ten steps, so that the stop is not overrun.
(Measured: 26 to 43 steps with 3e-4, 8 to 13 with 1e-3.)
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.methods.descent import descend_until_forgotten
from core.methods.task import Task
from core.specs.methods import GradientAscent
from core.training import Step


def unlearn(model: nn.Module, task: Task, spec: GradientAscent, *, generator: torch.Generator) -> Iterator[Step]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: its forget set is all the data used.
        spec: step and step limit; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images.

    Yields:
        Steps whose ``loss`` is minus the cross-entropy, with ``step_size``; the last has the reason.
    """

    def loss_of(images: Tensor, labels: Tensor) -> Tensor:
        return -F.cross_entropy(model(images), labels)

    return descend_until_forgotten(model, task, spec, loss_of, generator=generator)
