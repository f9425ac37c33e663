"""L1-sparse: continues training on the retain set with an L1 penalty that decays to 0.

    minimise  mean over D_r of CE(f(x), c)  +  alpha_t * sum of |w|,      alpha_t = alpha * (1 - t / T)

at step t = 0, 1, ..., T - 1; T is the step limit, even if the matched stop ends earlier.
Paper: https://arxiv.org/abs/2304.04934 (Jia et al., Model Sparsity Can Simplify Machine Unlearning, Eq. 4). The penalty
is on all weights, those of BatchNorm included, as in the authors' code; there alpha_t falls once per pass.
Everything else is as in ``fine_tune``: the original's recipe, BatchNorm in training mode, schedules.

The rate of 0.01 is the authors'. The rule for default rates is applied to alpha instead: 0.02 is the smallest value of
the form 1, 2 or 5 times a power of ten with which the authors' passes forget all ten whole digits (with 0.01 up to 93 %
of a class remain). The matched stop is not reached in 100 steps of 0.01, the largest step tried.
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
        task: with its retain set, and its forget set for the matched stop.
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
    """The loss above: ``loss`` plus the penalty."""
    return loss() + alpha * size_of(model)


def size_of(model: nn.Module) -> Tensor:
    """The sum of the absolute values of all weights, a scalar with graph."""
    return torch.stack([parameter.abs().sum() for parameter in model.parameters()]).sum()
