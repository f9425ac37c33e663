"""The loop of every method that descends on a loss step by step, MU-Mis and TMU excepted; and when it ends.

same-stop: a step is as long as ``spec.step`` times the norm of the weights, whatever the gradient's. The loss of a
    fitted image has next to no gradient, and later too much of it, so that one learning rate first does nothing and
    then ruins the model. It ends by the rule that MU-Mis ends by: when the forget set's accuracy has come down to
    ``task.target_accuracy``, at the nearest point of the last step. Where no target is known, MU-Mis goes by the target
    norm, which it lowers and others do not (measured on ``digits-families``: gradient ascent makes all its steps and
    ruins the model); they go by a fraction of their first accuracy, see ``accuracy_stop``.
authors: the optimiser at ``spec.learning_rate`` for the method's own number of steps, whatever was forgotten.

BatchNorm keeps its statistics (eval mode) unless a method asks for training mode. Rules of the defaults of ``step`` and
``learning_rate``: see ``core.specs.methods.iterative``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import torch
from torch import Tensor, nn

from core.methods.steps import descend, distance, get_weights, relative_rate, restore
from core.methods.stops import accuracy_stop
from core.methods.task import Task, shuffled
from core.models import device_of
from core.specs import TrainSpec
from core.specs.methods import Iterative
from core.training import Step

MakeOptimiser = Callable[[Iterable[nn.Parameter], float], torch.optim.Optimizer]
Move = Callable[[Sequence[Tensor | None]], None]


def run(
    model: nn.Module,
    task: Task,
    spec: Iterative,
    losses: Iterator[Tensor],
    steps: int,
    *,
    generator: torch.Generator,
    optimiser: MakeOptimiser | None = None,
    mask: Sequence[Tensor] | None = None,
    training_mode: bool = False,
) -> Iterator[Step]:
    """Descends in place and leaves the model in eval mode.

    Args:
        losses: scalars with graph, without end; each is taken of the model as it is then.
        steps: how many the authors' schedule makes.
        generator: on the CPU; which forget images the stop looks at.
        optimiser: parameters and rate -> the authors' optimiser. Default: SGD with the recipe's momentum and decay.
        mask: bool, shaped and ordered as the parameters: where False, a weight never moves.
        training_mode: whether losses are taken in training mode, so that BatchNorm learns.

    Yields:
        Steps with ``step_size``; the last has the reason, and the model is final when it is yielded.
    """
    parameters = list(model.parameters())
    if spec.schedule == "authors":
        move = _by_optimiser(parameters, (optimiser or sgd(task.recipe))(parameters, spec.learning_rate))
        reason_at, total = _passes_made(spec, steps), steps
    else:
        move = _by_length(parameters, spec.step)
        reason_at, total = _accuracy_reached(model, task, spec, generator), spec.max_steps
    for step in range(1, total + 1):
        before = get_weights(model)
        model.train(training_mode)
        loss = next(losses)
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        model.eval()
        move(gradients if mask is None else [g * m for g, m in zip(gradients, mask, strict=True)])
        if mask is not None:  # momentum and decay move weights that have no gradient, too
            restore(parameters, before, mask)
        reason = reason_at(step, before)
        yield Step(step, total, loss.item(), {"step_size": distance(before, parameters)}, reason)
        if reason:
            return


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


def _passes_made(spec: Iterative, steps: int) -> Callable[[int, Sequence[Tensor]], str | None]:
    said = f"its authors' schedule ended: {spec.epochs} {'pass' if spec.epochs == 1 else 'passes'}"
    return lambda step, before: said if step == steps else None


def _accuracy_reached(
    model: nn.Module, task: Task, spec: Iterative, generator: torch.Generator
) -> Callable[[int, Sequence[Tensor]], str | None]:
    assert task.forget is not None
    images, labels = shuffled(task.forget, device_of(model), generator)
    stop = accuracy_stop(model, images, labels, task.target_accuracy, spec.max_steps)
    return lambda step, before: stop.reason(model, before, step, ends_pass=False)
