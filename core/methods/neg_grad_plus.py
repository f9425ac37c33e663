"""NegGrad+: raises the cross-entropy of forget images and lowers that of retained images, in one weighted sum.

    minimise  alpha * mean over D_r of CE(f(x), c)  -  (1 - alpha) * mean over D_f of CE(f(x), c)

Paper: https://arxiv.org/abs/2302.09880 (Kurmanji et al., SCRUB, its strongest baseline; TMU's "Negative Gradient").
Departure: every step has a forget batch and a retain batch of the same size, and a pass covers D_r. BatchNorm is in
training mode, with separate statistics per batch, as in the authors' code. Schedules: see ``core.methods.descent``.

Measured on whole digits: 12 to 25 steps with a step of 3e-3. The authors' passes forget all ten classes with their rate
of 0.01; with frozen statistics they forgot two, and rates of 0.02 or more ruined the model.
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from core.events import NoStep
from core.methods.descent import Loss, run
from core.methods.task import Batches, Task, beside, cross_entropy
from core.specs.methods.neg_grad_plus import NegGradPlus
from core.training import Step


def unlearn(model: nn.Module, task: Task, spec: NegGradPlus, *, generator: torch.Generator) -> Iterator[Step | NoStep]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: with its forget and its retain set.
        spec: alpha, schedule and steps; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images.

    Yields:
        Steps with ``step_size``; the last has the reason.
    """
    assert task.forget is not None
    forget = Batches.from_split(task.forget, spec.batch_size, model, generator)
    retain = beside(task, spec.batch_size, model, generator)

    def loss(images: Tensor, labels: Tensor, kept: Tensor, own: Tensor) -> Tensor:
        lowered, raised = cross_entropy(model, kept, own), cross_entropy(model, images, labels)
        return spec.alpha * lowered - (1 - spec.alpha) * raised

    losses: Iterator[Loss] = (partial(loss, *ours, *theirs) for ours, theirs in zip(forget, retain, strict=True))

    yield from run(model, task, spec, losses, spec.epochs * retain.per_pass, generator=generator, training_mode=True)
