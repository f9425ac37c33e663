"""DELETE: distils the original's probabilities without the label on the forget images.

    minimise  mean over D_f of KL(q(x) || p(x)),   q = softmax of the original's logits with that of c at minus infinity

Paper: https://arxiv.org/abs/2503.23751 (Zhou et al., Decoupled Distillation to Erase, its mask distillation): the
model's knowledge of the other classes is kept. The original is a frozen copy, in eval mode.
Departure: BatchNorm statistics are frozen, which is an option in the authors' code. Schedules: see
``core.methods.descent``.

Measured on whole digits: 10 to 18 steps with a step of 1e-3, 4 to 7 with 3e-3. The authors' passes forget all ten
classes with their rate of 1e-4.
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from core.events import NoStep
from core.methods.descent import Loss, run
from core.methods.divergence import divergence, frozen
from core.methods.task import Batches, Task
from core.specs.methods.delete import Delete
from core.training import Step


def unlearn(model: nn.Module, task: Task, spec: Delete, *, generator: torch.Generator) -> Iterator[Step | NoStep]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: only its forget set is used.
        spec: schedule and steps; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images.

    Yields:
        Steps with ``step_size``; the last has the reason.
    """
    assert task.forget is not None
    forget = Batches.from_split(task.forget, spec.batch_size, model, generator)
    teacher = frozen(model)

    def loss(images: Tensor, labels: Tensor) -> Tensor:
        without = teacher(images).scatter(1, labels[:, None], -torch.inf)
        return divergence(without, model(images))

    losses: Iterator[Loss] = (partial(loss, *batch) for batch in forget)
    yield from run(model, task, spec, losses, spec.epochs * forget.per_pass, generator=generator)
