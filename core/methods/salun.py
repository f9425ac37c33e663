"""SalUn: random label on the weights with the largest gradients of the forget loss.

    minimise the loss of ``random_label``  over the weights  w = m * w' + (1 - m) * w_o,
    m = 1 where |d / dw  mean over D_f of CE(f(x), c)|  is among the largest ``density`` of all weights, at w_o

Paper: https://arxiv.org/abs/2310.12508 (Fan et al., Eqs. 2 to 4). One threshold for all weights of the network. A
weight outside the mask keeps its exact value: momentum and weight decay would change it without a gradient, so it is
restored after every step. The mask is computed in eval mode. BatchNorm statistics, which no mask covers, are frozen.
Departures: wrong labels, batches and passes as in ``random_label``. Schedules: see ``core.methods.descent``.

Measured on whole digits: 14 to 24 steps with a step of 1e-3, 4 to 10 with 3e-3. The authors' passes forget all ten
classes with their rate of 0.013.
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.events import NoStep
from core.methods.descent import run
from core.methods.random_label import relabelled
from core.methods.task import Batches, Task, beside
from core.oom import map_batches
from core.specs.methods.salun import Salun
from core.training import Step


def unlearn(model: nn.Module, task: Task, spec: Salun, *, generator: torch.Generator) -> Iterator[Step | NoStep]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: with its forget and its retain set.
        spec: density, schedule and steps; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images and wrong labels.

    Yields:
        Steps with ``step_size``; the last has the reason.
    """
    assert task.forget is not None
    model.eval()
    forget = Batches.from_split(task.forget, spec.batch_size, model, generator)
    mask = salient(model, forget, spec.density)
    retain = beside(task, spec.batch_size, model, generator)
    losses = relabelled(model, forget, retain, task.num_classes, generator)
    yield from run(model, task, spec, losses, spec.epochs * retain.per_pass, generator=generator, mask=mask)


def salient(model: nn.Module, forget: Batches, density: float) -> list[Tensor]:
    """Masks, one per parameter: True for the fraction ``density`` of weights with the largest gradients.

    Needs one pass over the forget set.
    """
    parameters = list(model.parameters())
    total = [torch.zeros_like(parameter) for parameter in parameters]

    def gradients(images: Tensor, labels: Tensor) -> tuple[Tensor, ...]:
        return torch.autograd.grad(F.cross_entropy(model(images), labels, reduction="sum"), parameters)

    for _ in range(forget.per_pass):
        images, labels = next(forget)
        for found in map_batches(gradients, len(labels), images, labels):
            for sum_, gradient in zip(total, found, strict=True):
                sum_ += gradient
    sizes = torch.cat([gradient.abs().flatten() for gradient in total])
    most = sizes.topk(max(1, round(density * len(sizes)))).indices
    chosen = torch.zeros_like(sizes, dtype=torch.bool).index_fill(0, most, True)
    parts = chosen.split([parameter.numel() for parameter in parameters])
    return [part.view_as(parameter) for part, parameter in zip(parts, parameters, strict=True)]
