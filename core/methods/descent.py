"""What gradient ascent and random label share: descent on a loss of the forget images, by steps of one length.

A step is as long as ``spec.step`` times the norm of the weights, whatever the gradient's: the loss of a fitted image
has next to no gradient, and later too much of it, so that one learning rate first does nothing and then ruins the
model. BatchNorm keeps its statistics (eval mode): batches of one class would spoil them.

It stops when the forget set's accuracy has come down to ``task.target_accuracy``, at the nearest point of the last
step, as MU-Mis does here. Where no target is known, see ``accuracy_stop``.
"""

from collections.abc import Callable, Iterator
from itertools import islice

import torch
from torch import Tensor, nn

from core.methods.steps import descend, get_weights, relative_rate
from core.methods.stops import accuracy_stop
from core.methods.task import Task, batches, shuffled
from core.models import device_of
from core.specs.methods import GradientAscent, RandomLabel
from core.training import Step, as_float


def descend_until_forgotten(
    model: nn.Module,
    task: Task,
    spec: GradientAscent | RandomLabel,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    *,
    generator: torch.Generator,
) -> Iterator[Step]:
    """Descends in place and leaves the model in eval mode.

    Args:
        loss_of: forget images float32 (B, C, H, W) in [0, 1] and their labels (B,) -> the loss to lower, a scalar.
        generator: on the CPU; order of the images.

    Yields:
        Steps with ``step_size``; the last has the reason, and the model is final when it is yielded.
    """
    assert task.forget is not None
    model.eval()
    images, labels = shuffled(task.forget, device_of(model), generator)
    stop = accuracy_stop(model, images, labels, task.target_accuracy, spec.max_steps)
    parameters = list(model.parameters())
    passes = batches(len(labels), spec.batch_size, generator)
    for step, (batch, ends_pass) in enumerate(islice(passes, spec.max_steps), start=1):
        before = get_weights(model)
        batch = batch.to(labels.device)
        loss = loss_of(as_float(images[batch]), labels[batch])
        gradients = torch.autograd.grad(loss, parameters)
        length = descend(parameters, gradients, relative_rate(parameters, gradients, spec.step))
        reason = stop.reason(model, before, step, ends_pass=ends_pass)
        yield Step(step, spec.max_steps, loss.item(), {"step_size": length}, reason)
        if reason:
            return
