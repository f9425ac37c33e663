"""Random label: trains forget images on wrong labels and as many retained images on their own labels.

    minimise  mean over D_f of CE(f(x), y)  +  mean over D_r of CE(f(x), c),       y uniform among the classes but c

Paper: https://arxiv.org/abs/2010.10981 (Graves et al., Amnesiac Machine Learning, its "unlearning" by relabelling).
Departures: the paper draws the wrong labels once. Here they are redrawn at every step, because the model memorises a
fixed wrong label, while fresh ones push towards "any other class". The true label is never drawn. Every step has a
forget batch and, with ``replay``, a retain batch of the same size and weight; a pass covers D_r, or D_f without
``replay``. BatchNorm statistics are frozen. Schedules: see ``core.methods.descent``.

Measured on whole digits: 11 to 25 steps with a step of 1e-3, 4 to 10 with 3e-3; without ``replay`` 12 to 25 and 4 to
13. The authors' passes forget all ten classes with their rate of 1e-3.
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from core.events import NoStep
from core.methods.descent import Loss, run
from core.methods.task import Batches, Task, beside, cross_entropy
from core.sensitivity import draw_irrelevant
from core.specs.methods.random_label import RandomLabel
from core.training import Step


def unlearn(model: nn.Module, task: Task, spec: RandomLabel, *, generator: torch.Generator) -> Iterator[Step | NoStep]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: with its forget set, and its retain set where ``spec.replay``.
        spec: replay, schedule and steps; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images and wrong labels.

    Yields:
        Steps with ``step_size``; the last has the reason.
    """
    assert task.forget is not None
    forget = Batches.from_split(task.forget, spec.batch_size, model, generator)
    retain = beside(task, spec.batch_size, model, generator) if spec.replay else None
    losses = relabelled(model, forget, retain, task.num_classes, generator)
    yield from run(model, task, spec, losses, spec.epochs * (retain or forget).per_pass, generator=generator)


def relabelled(
    model: nn.Module, forget: Batches, retain: Batches | None, num_classes: int, generator: torch.Generator
) -> Iterator[Loss]:
    """Yields the loss above on pairs of batches; without its second term if ``retain`` is None."""

    def loss(*pairs: tuple[Tensor, Tensor]) -> Tensor:
        return torch.stack([cross_entropy(model, images, labels) for images, labels in pairs]).sum()

    for images, labels in forget:
        wrong = draw_irrelevant(labels, num_classes, 1, generator).squeeze(1)
        yield partial(loss, (images, wrong), *([] if retain is None else [next(retain)]))
