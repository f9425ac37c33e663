"""Bad teacher: imitates an untrained model on the forget images and the original on retained images.

    minimise  mean over D_f of KL(p_bad || p)  +  mean over part of D_r of KL(p_original || p)

Paper: https://arxiv.org/abs/2205.08096 (Chundawat et al., Eq. 3). The bad teacher is a fresh model of the same
architecture; both teachers are frozen, in eval mode. Forget and retained images are mixed and shuffled; one pass covers
both. The divergence is a mean over the images of a batch. (The authors' code also divides it by the number of classes.)
Departures: BatchNorm statistics are frozen. The default batches are small, so that the authors' single pass over few
images has more than a step or two. Schedules: see ``core.methods.descent``.

Measured on whole digits: 26 steps or more with a step of 1e-3, 5 to 25 with 3e-3. With 1e-3 up to 29 % of a class
remain after 100 steps. The authors' pass leaves up to 19 % of a class with a rate of 2e-4, and nothing with 5e-4.
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from core.events import NoStep
from core.methods.descent import Loss, run
from core.methods.divergence import divergence, frozen
from core.methods.task import Batches, Task
from core.models import device_of
from core.specs.methods.bad_teacher import BadTeacher
from core.training import Step, tensors


def unlearn(model: nn.Module, task: Task, spec: BadTeacher, *, generator: torch.Generator) -> Iterator[Step | NoStep]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: with its forget and its retain set, and ``fresh``.
        spec: share, schedule and steps; defaults and ranges stand in its fields.
        generator: on the CPU; draws the bad teacher's weights, the part of the retain set and the image order.

    Yields:
        Steps with ``step_size``; the last has the reason.
    """
    good = frozen(model)
    bad = frozen(task.fresh(int(torch.randint(2**31, (), generator=generator))))
    mixed = _mixed(model, task, spec, generator)

    def loss(images: Tensor, forgotten: Tensor) -> Tensor:
        with torch.no_grad():
            teacher = torch.where(forgotten[:, None], bad(images), good(images))
        return divergence(teacher, model(images))

    losses: Iterator[Loss] = (partial(loss, *batch) for batch in mixed)
    yield from run(
        model, task, spec, losses, spec.epochs * mixed.per_pass, generator=generator, optimiser=torch.optim.Adam
    )


def _mixed(model: nn.Module, task: Task, spec: BadTeacher, generator: torch.Generator) -> Batches:
    """Batches of forget images and a drawn fraction of the retain set; the label says whether to forget the image."""
    assert task.forget is not None
    assert task.retain is not None
    device = device_of(model)
    retain, _ = tensors(task.retain, device)
    count = max(1, round(spec.share * len(retain)))
    kept = torch.randperm(len(retain), generator=generator)[:count].to(device)
    forget, _ = tensors(task.forget, device)
    forgotten = torch.arange(len(forget) + count, device=device) < len(forget)
    return Batches(torch.cat([forget, retain[kept]]), forgotten, spec.batch_size, generator)
