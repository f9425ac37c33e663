"""Boundary shrink: trains each forget image on the class with the nearest decision boundary.

    minimise  mean over D_f of CE(f(x), n(x)),
    n(x) = class of the original's largest logit other than c, at x' = x + bound * sign(d CE(f(x), c) / dx),
           kept in [0, 1]

Paper: https://arxiv.org/abs/2303.11570 (Chen et al., Boundary Unlearning, Eqs. 3 and 4): one step of the fast gradient
sign method on the original finds the nearest class, once per image.
Departures: the nearest class is never the true class; in the authors' code it can be, if the step is too short to cross
a boundary. The bound is in pixels of images in [0, 1]; normalisation is inside the model, so x' is an image. BatchNorm
statistics are frozen. Schedules: see ``core.methods.descent``.

Measured on whole digits: 10 to 16 steps with a step of 1e-3, 3 to 5 with 3e-3. The authors' passes leave one
image of one class with a rate of 2e-4, and none with 5e-4.
"""

from collections.abc import Iterator
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.events import NoStep
from core.methods.descent import run
from core.methods.task import Batches, Task, cross_entropy
from core.models import device_of
from core.oom import map_batches
from core.sensitivity import evaluating
from core.specs.methods.boundary_shrink import BoundaryShrink
from core.training import Step, as_float, tensors

CHUNK = 256  # images per batch in the search for the nearest class


def unlearn(
    model: nn.Module, task: Task, spec: BoundaryShrink, *, generator: torch.Generator
) -> Iterator[Step | NoStep]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: only its forget set is used.
        spec: bound, schedule and steps; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images.

    Yields:
        Steps with ``step_size``; the last has the reason.
    """
    assert task.forget is not None
    images, labels = tensors(task.forget, device_of(model))
    forget = Batches(images, nearest_classes(model, images, labels, spec.bound), spec.batch_size, generator)
    losses = (partial(cross_entropy, model, x, near) for x, near in forget)
    yield from run(model, task, spec, losses, spec.epochs * forget.per_pass, generator=generator)


def nearest_classes(model: nn.Module, images: Tensor, labels: Tensor, bound: float) -> Tensor:
    """n(x) above, int64 (N,), of images (N, C, H, W), uint8 or float32 in [0, 1], and their labels (N,)."""

    def nearest(part: Tensor, own: Tensor) -> Tensor:
        logits = model(crossed(model, as_float(part), own, bound))
        return logits.scatter(1, own[:, None], -torch.inf).argmax(dim=1)

    with evaluating(model, frozen=True):
        return torch.cat(list(map_batches(nearest, CHUNK, images, labels)))


def crossed(model: nn.Module, images: Tensor, labels: Tensor, bound: float) -> Tensor:
    """x' above, of float32 images in [0, 1]; the model in eval mode."""
    x = images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(model(x), labels, reduction="sum"), x)
    return (images + bound * gradient.sign()).clamp(0, 1)
