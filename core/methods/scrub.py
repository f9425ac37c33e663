"""SCRUB: alternates steps away from the original's output on forget images and back to it on retained images.

    away:  maximise  mean over D_f of KL(p_original || p)
    back:  minimise  mean over D_r of gamma * CE(f(x), c) + alpha * KL(p_original || p)

Paper: https://arxiv.org/abs/2302.09880 (Kurmanji et al., Eqs. 1 to 3). The teacher is a frozen copy of the original, in
eval mode. The divergence uses logits divided by a temperature and is a mean over the images of a batch.
BatchNorm is in training mode, as in the authors' code. This is necessary: with frozen statistics the first divergence
is 0 and has no gradient, so the first step away has no direction, and half of the runs move towards more confidence.
Authors' schedule: each of the first ``msteps`` passes starts with a pass over D_f with steps away; every pass has a
pass over D_r with steps back. Matched stop: one step away, one step back, alternating.
Departures: retain batches have the size of the original's recipe. The authors' rate falls to a tenth for the last of
three passes; here it is constant. Schedules: see ``core.methods.descent``.

Measured on whole digits: 27 to 33 steps with a step of 3e-3, 9 to 11 with 0.01. The authors' passes leave up to 77 %
of a class with a rate of 1e-3, and 0 % with 2e-3.
"""

from collections.abc import Iterator
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.events import NoStep
from core.methods.descent import Loss, run
from core.methods.divergence import divergence, frozen
from core.methods.task import Batches, Task
from core.specs.methods.scrub import Scrub
from core.training import Step


def unlearn(model: nn.Module, task: Task, spec: Scrub, *, generator: torch.Generator) -> Iterator[Step | NoStep]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: with its forget and its retain set.
        spec: weights, temperature, schedule and steps; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images.

    Yields:
        Steps with ``step_size``; the last has the reason. A step away has a negative loss.
    """
    assert task.forget is not None
    assert task.retain is not None
    teacher = frozen(model)
    forget = Batches.from_split(task.forget, spec.batch_size, model, generator)
    retain = Batches.from_split(task.retain, task.recipe.batch_size, model, generator)

    def away(images: Tensor, labels: Tensor) -> Tensor:
        return -divergence(teacher(images), model(images), spec.temperature)

    def back(images: Tensor, labels: Tensor) -> Tensor:
        logits = model(images)
        near = divergence(teacher(images), logits, spec.temperature)
        return spec.gamma * F.cross_entropy(logits, labels) + spec.alpha * near

    one_away, one_back = (away, forget), (back, retain)
    turns = [one_away, one_back] * (spec.max_steps // 2 + 1)
    if spec.schedule == "authors":
        passes = [(forget.per_pass if n < spec.msteps else 0, retain.per_pass) for n in range(spec.epochs)]
        turns = [turn for aways, backs in passes for turn in [one_away] * aways + [one_back] * backs]
    losses: Iterator[Loss] = (partial(loss, *next(batches)) for loss, batches in turns)
    yield from run(model, task, spec, losses, len(turns), generator=generator, training_mode=True)
