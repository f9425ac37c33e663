"""Random label: train the forget images on wrong labels, and as many retained images on their own.

    minimise  mean over D_f of CE(f(x), y)  +  mean over D_r of CE(f(x), c),       y uniform among the classes but c

Paper: https://arxiv.org/abs/2010.10981 (Graves et al., Amnesiac Machine Learning, its "unlearning" by relabelling).
Departures: they draw the wrong labels once; here anew at every step, because a fixed wrong label is learnt by heart,
while fresh ones push towards "any other class". Never the true label. Every step has a forget batch and, with
``replay``, a retain batch of the same size, weighted equally; they train on whole passes. Length of a step, stop rule
and BatchNorm: see ``core.methods.descent``.

The default step of 1e-3 was found on ``digits`` without gold or test images, by the rule of ``gradient_ascent``: the
largest with which no whole class is forgotten in fewer than ten steps. (Measured: 12 to 23 steps with 1e-3, 3 to 11
with 3e-3.)
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.methods.descent import descend_until_forgotten
from core.methods.task import Task, batches
from core.models import device_of
from core.sensitivity import draw_irrelevant
from core.specs.methods import RandomLabel
from core.training import Step, as_float, tensors


def unlearn(model: nn.Module, task: Task, spec: RandomLabel, *, generator: torch.Generator) -> Iterator[Step]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: with its forget set, and its retain set where ``spec.replay``.
        spec: replay, step and step limit; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images and wrong labels.

    Yields:
        Steps with ``step_size``; the last has the reason.
    """
    assert task.forget is not None
    replay = _replay(model, task, spec, generator) if spec.replay else None

    def loss_of(images: Tensor, labels: Tensor) -> Tensor:
        wrong = draw_irrelevant(labels, task.num_classes, 1, generator).squeeze(1)
        loss = F.cross_entropy(model(images), wrong)
        return loss if replay is None else loss + next(replay)

    return descend_until_forgotten(model, task, spec, loss_of, generator=generator)


def _replay(model: nn.Module, task: Task, spec: RandomLabel, generator: torch.Generator) -> Iterator[Tensor]:
    """The cross-entropy of one batch of retained images after another."""
    assert task.forget is not None
    assert task.retain is not None
    images, labels = tensors(task.retain, device_of(model))
    for batch, _ in batches(len(labels), min(spec.batch_size, len(task.forget)), generator):
        batch = batch.to(labels.device)
        yield F.cross_entropy(model(as_float(images[batch])), labels[batch])
