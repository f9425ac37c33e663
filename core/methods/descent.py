"""The loop of every method that descends on a loss step by step, MU-Mis excepted; and when it ends.

same-stop: a step is as long as ``spec.step`` times the norm of the weights, whatever the gradient's. The loss of a
    fitted image has next to no gradient, and later too much of it, so that one learning rate first does nothing and
    then ruins the model. It ends by MU-Mis's rule ``accuracy``. Where no target is known, MU-Mis goes by the target
    norm, which it lowers and others do not (measured on ``digits-families``: gradient ascent makes all its steps and
    ruins the model); they go by a fraction of their first accuracy, see ``accuracy_stop``. Where the accuracy is there
    before the first step, none is made.
authors: the optimiser at ``spec.learning_rate`` for the method's own number of steps, whatever was forgotten.

Where memory ends, the images of a step go through the model in parts, to the same gradients.
BatchNorm keeps its statistics (eval mode) unless a method asks for training mode. Rules of the defaults of ``step`` and
``learning_rate``: see ``core.specs.methods.iterative``.
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

Loss = Callable[[], Tensor]  # a scalar with graph, of images that were drawn before: asked again, it is the same
MakeOptimiser = Callable[[Iterable[nn.Parameter], float], torch.optim.Optimizer]
Move = Callable[[Sequence[Tensor | None]], None]
Reason = Callable[[int, Sequence[Tensor]], str | None]  # step, weights before it -> why to end

MAX_PARTS = 64  # of the images of a step, where memory ends


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
    """Descends in place and leaves the model in eval mode.

    Args:
        losses: without end; each is taken of the model as it is then.
        steps: how many the authors' schedule makes.
        generator: on the CPU; which forget images the stop looks at.
        optimiser: parameters and rate -> the authors' optimiser. Default: SGD with the recipe's momentum and decay.
        mask: bool, shaped and ordered as the parameters: where False, a weight never moves.
        training_mode: whether losses are taken in training mode, so that BatchNorm learns.

    Yields:
        Steps with ``step_size``; the last has the reason, and the model is final when it is yielded. Where the same
        stop is met before the first step, why there is none.
    """
    parameters = list(model.parameters())
    if spec.schedule == "authors":
        move = _by_optimiser(parameters, (optimiser or sgd(task.recipe))(parameters, spec.learning_rate))
        yield from _descend(model, losses, move, _passes_made(spec, steps), steps, mask, training_mode)
    else:
        assert task.forget is not None
        at, limit = task.target_accuracy, spec.max_steps
        yield from run_to_accuracy(
            model, task.forget, losses, spec.step, at, limit, StandIns.of(model, task, generator),
            generator=generator, mask=mask, training_mode=training_mode,
        )  # fmt: skip


def run_to_accuracy(
    model: nn.Module, forget: Split, losses: Iterator[Loss], step: float, target: float | None, limit: int,
    unseen: StandIns | None = None, *, generator: torch.Generator, mask: Sequence[Tensor] | None = None,
    training_mode: bool = False,
) -> Iterator[Step | NoStep]:  # fmt: skip
    """The schedule same-stop; arguments as in ``run``.

    Args:
        step: length of a step as a fraction of the weights' norm.
        target: accuracy on the forget set at which it ends; None for a fraction of the first.
        limit: the most steps.
        unseen: takes the last step back where it costs unseen images too much.
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
    share = MAX_PARTS  # how many 64ths of a step's images go through the model at once
    for step in range(1, total + 1):
        before = get_weights(model)
        model.train(training_mode)
        (loss, gradients), fitted = retry_on_oom(partial(_gradients, model, parameters, next(losses)), share)
        if fitted < share:
            share, parts = fitted, MAX_PARTS // fitted
            seen = "; BatchNorm saw these parts" if training_mode else ""
            note_memory(f"for all images of a step, so they went through the model in up to {parts} parts{seen}")
        model.eval()
        move(gradients if mask is None else [g * m for g, m in zip(gradients, mask, strict=True)])
        if mask is not None:  # momentum and decay move weights that have no gradient, too
            restore(parameters, before, mask)
        reason = reason_at(step, before)
        yield Step(step, total, loss, {"step_size": distance(before, parameters)}, reason)
        if reason:
            return


def _gradients(
    model: nn.Module, parameters: Sequence[nn.Parameter], loss: Loss, share: int
) -> tuple[float, Sequence[Tensor | None]]:
    with in_parts(model, MAX_PARTS // share):
        value = loss()
        return value.item(), torch.autograd.grad(value, parameters, allow_unused=True)


def sgd(recipe: TrainSpec) -> MakeOptimiser:
    """SGD with the momentum and the weight decay with which the original was trained."""
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


def _passes_made(spec: Iterative, steps: int) -> Reason:
    said = f"its authors' schedule ended: {spec.epochs} {'pass' if spec.epochs == 1 else 'passes'}"
    return lambda step, before: said if step == steps else None
