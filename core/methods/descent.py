"""The loop of all methods that minimise a loss step by step, except MU-Mis, with its two schedules.

same-stop (the matched stop): the step length is ``spec.step`` times the norm of the weights, whatever the gradient. A
    fitted image first has almost no gradient and later a very large one, so a constant learning rate first does
    nothing and then ruins the model. It stops by MU-Mis's rule ``accuracy``. If no target is known, MU-Mis uses the
    target norm. Other methods do not lower that norm (measured on ``digits-families``: gradient ascent makes all its
    steps and ruins the model), so they use a fraction of their starting accuracy, see ``accuracy_stop``. If the target
    is reached before the first step, no step is made.
authors: the authors' optimiser at ``spec.learning_rate`` for their number of steps, whatever has been forgotten.

If memory does not suffice, the images of a step go through the model in parts, with the same gradients. BatchNorm
statistics are frozen (eval mode) unless a method uses training mode. For the defaults of ``step`` and
``learning_rate`` see ``core.specs.methods.iterative``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from core.datasets import Split
from core.events import NoStep
from core.methods.microbatch import in_parts
from core.methods.stand_ins import StandIns
from core.methods.steps import descend, distance, get_weights, relative_rate, restore
from core.methods.stops import accuracy_stop
from core.methods.task import Task, shuffled
from core.models import device_of
from core.oom import note_memory, retry_on_oom
from core.specs import TrainSpec
from core.specs.methods.iterative import Iterative
from core.training import Step

Loss = Callable[[], Tensor]  # loss on a fixed batch, a scalar with graph; repeatable
MakeOptimiser = Callable[[Iterable[nn.Parameter], float], torch.optim.Optimizer]
Move = Callable[[Sequence[Tensor | None]], None]
Reason = Callable[[int, Sequence[Tensor]], str | None]  # step, weights before it -> why to end

MAX_PARTS = 64  # most parts of a step's images when memory does not suffice


def run(
    model: nn.Module,
    task: Task,
    spec: Iterative,
    losses: Iterator[Loss],
    steps: int,
    *,
    generator: torch.Generator,
    optimiser: MakeOptimiser | None = None,
    mask: Sequence[Tensor] | None = None,
    training_mode: bool = False,
) -> Iterator[Step | NoStep]:
    """Minimises the losses in place and leaves the model in eval mode.

    Args:
        losses: an endless iterator; each loss uses the current model.
        steps: number of steps of the authors' schedule.
        generator: on the CPU; draws the forget images for the stop rule.
        optimiser: parameters and rate -> the authors' optimiser. Default: SGD with the recipe's momentum and decay.
        mask: bool, one tensor per parameter; weights where it is False never change.
        training_mode: compute losses in training mode, which updates BatchNorm statistics.

    Yields:
        Steps with ``step_size``; the last has the stop reason, and the model is final when it is yielded. ``NoStep`` if
        the matched stop is met before the first step.
    """
    if spec.schedule == "authors":
        yield from run_passes(
            model, task.recipe, losses, spec.learning_rate, steps, _schedule_ended(spec.epochs),
            optimiser=optimiser, mask=mask, training_mode=training_mode,
        )  # fmt: skip
    else:
        assert task.forget is not None
        at, limit = task.target_accuracy, spec.max_steps
        yield from run_to_accuracy(
            model, task.forget, losses, spec.step, at, limit, StandIns.of(model, task, generator),
            generator=generator, mask=mask, training_mode=training_mode,
        )  # fmt: skip


def run_passes(
    model: nn.Module, recipe: TrainSpec, losses: Iterator[Loss], rate: float, steps: int, ended: str, *,
    optimiser: MakeOptimiser | None = None, mask: Sequence[Tensor] | None = None, training_mode: bool = False,
) -> Iterator[Step]:  # fmt: skip
    """A fixed number of steps of an optimiser, whatever has been forgotten; arguments as in ``run``.

    Args:
        rate: constant learning rate.
        ended: the stop reason.
    """
    parameters = list(model.parameters())
    move = _by_optimiser(parameters, (optimiser or sgd(recipe))(parameters, rate))

    def reason_at(step: int, before: Sequence[Tensor]) -> str | None:
        return ended if step == steps else None

    yield from _descend(model, losses, move, reason_at, steps, mask, training_mode)


def _schedule_ended(passes: int) -> str:
    return f"its authors' schedule ended: {passes} {'pass' if passes == 1 else 'passes'}"


def run_to_accuracy(
    model: nn.Module, forget: Split, losses: Iterator[Loss], step: float, target: float | None, limit: int,
    unseen: StandIns | None = None, *, generator: torch.Generator, mask: Sequence[Tensor] | None = None,
    training_mode: bool = False,
) -> Iterator[Step | NoStep]:  # fmt: skip
    """The schedule same-stop; arguments as in ``run``.

    Args:
        step: step length as a fraction of the weights' norm.
        target: accuracy on the forget set at which to stop; None for a fraction of the starting accuracy.
        limit: maximum number of steps.
        unseen: undoes the last step if it costs too much accuracy on unseen images.
    """
    images, labels = shuffled(forget, device_of(model), generator)
    stop = accuracy_stop(model, images, labels, target, limit, unseen)
    if needless := stop.needless():
        model.eval()
        yield NoStep(needless)
        return

    def reason_at(step: int, before: Sequence[Tensor]) -> str | None:
        return stop.reason(model, before, step, ends_pass=False)

    yield from _descend(
        model, losses, _by_length(list(model.parameters()), step), reason_at, limit, mask, training_mode
    )


def _descend(
    model: nn.Module, losses: Iterator[Loss], move: Move, reason_at: Reason, total: int,
    mask: Sequence[Tensor] | None, training_mode: bool,
) -> Iterator[Step]:  # fmt: skip
    parameters = list(model.parameters())
    share = MAX_PARTS  # 64ths of a step's images per forward pass
    for step in range(1, total + 1):
        before = get_weights(model)
        model.train(training_mode)
        (loss, gradients), fitted = retry_on_oom(partial(_gradients, model, parameters, next(losses)), share)
        if fitted < share:
            share, parts = fitted, MAX_PARTS // fitted
            seen = "; BatchNorm saw these parts" if training_mode else ""
            note_memory(f"for all images of a step, so they were split into up to {parts} parts{seen}")
        model.eval()
        move(gradients if mask is None else _masked(gradients, mask))
        if mask is not None:  # momentum and decay also change weights without gradient
            restore(parameters, before, mask)
        reason = reason_at(step, before)
        yield Step(step, total, loss, {"step_size": distance(before, parameters)}, reason)
        if reason:
            return


def _masked(gradients: Sequence[Tensor | None], mask: Sequence[Tensor]) -> Sequence[Tensor | None]:
    return [None if g is None else g * m for g, m in zip(gradients, mask, strict=True)]


def _gradients(
    model: nn.Module, parameters: Sequence[nn.Parameter], loss: Loss, share: int
) -> tuple[float, Sequence[Tensor | None]]:
    with in_parts(model, MAX_PARTS // share):
        value = loss()
        return value.item(), torch.autograd.grad(value, parameters, allow_unused=True)


def sgd(recipe: TrainSpec) -> MakeOptimiser:
    """SGD with the momentum and weight decay of the original's recipe."""
    return lambda parameters, rate: torch.optim.SGD(parameters, rate, recipe.momentum, weight_decay=recipe.weight_decay)


def _by_length(parameters: Sequence[nn.Parameter], fraction: float) -> Move:
    def move(gradients: Sequence[Tensor | None]) -> None:
        descend(parameters, gradients, relative_rate(parameters, gradients, fraction))

    return move


def _by_optimiser(parameters: Sequence[nn.Parameter], optimiser: torch.optim.Optimizer) -> Move:
    def move(gradients: Sequence[Tensor | None]) -> None:
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        optimiser.step()
        optimiser.zero_grad()

    return move
