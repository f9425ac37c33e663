"""L1-sparse: go on training on the retain set while a penalty pulls weights to zero, and then lets go.

    minimise  mean over D_r of CE(f(x), c)  +  alpha_t * sum of |w|,      alpha_t = alpha * (1 - t / T)

at step t = 0, 1, ..., T - 1 of T; T is the step limit where the same stop ends it earlier.
Paper: https://arxiv.org/abs/2304.04934 (Jia et al., Model Sparsity Can Simplify Machine Unlearning, Eq. 4). The penalty
is on all weights, those of BatchNorm included, as in the authors' code, where alpha_t falls once per pass.
All else is ``fine_tune``: the original's recipe, BatchNorm in training mode, schedules.

The rate of 0.01 is the authors'. alpha takes the place of the rate in the rule of the defaults: 0.02 is the smallest of
1, 2 and 5 times a power of ten with which the authors' passes forget all ten whole digits (with 0.01 up to 93 % of a
class are left). The same stop is not reached there in 100 steps of 0.01, the longest tried.
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from core.events import NoStep
from core.methods.descent import Loss, run
from core.methods.fine_tune import retained, training_losses
from core.methods.task import Task
from core.specs.methods.l1_sparse import L1Sparse
from core.training import Step


def unlearn(model: nn.Module, task: Task, spec: L1Sparse, *, generator: torch.Generator) -> Iterator[Step | NoStep]:
    """Trains on ``task.retain`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: with its retain set, and its forget set for the same stop.
        spec: alpha, schedule and steps; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images and augmentation.

    Yields:
        Steps with ``step_size``; the last has the reason.
    """
    retain = retained(model, task, generator)
    steps = spec.epochs * retain.per_pass
    total = steps if spec.schedule == "authors" else spec.max_steps

    def losses() -> Iterator[Loss]:
        for t, loss in enumerate(training_losses(model, task, retain, generator)):
            yield partial(penalised, model, loss, spec.alpha * (1 - t / total))

    yield from run(model, task, spec, losses(), steps, generator=generator, training_mode=True)


def penalised(model: nn.Module, loss: Loss, alpha: float) -> Tensor:
    """The loss above."""
    return loss() + alpha * size_of(model)


def size_of(model: nn.Module) -> Tensor:
    """The sum of the absolute values of all weights, a scalar with graph."""
    return torch.stack([parameter.abs().sum() for parameter in model.parameters()]).sum()
