"""Weight updates: gradient steps of a given length, copies of weights, points on the last step."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn

POINTS = (0.2, 0.4, 0.6, 0.8, 1.0)  # fractions of the last step; without 0, because a method makes at least one step


def get_weights(model: nn.Module) -> list[Tensor]:
    """Copies of all parameters, on their device."""
    return [parameter.detach().clone() for parameter in model.parameters()]


@torch.no_grad()
def set_weights(model: nn.Module, weights: Sequence[Tensor]) -> None:
    """Sets the weights to those of ``get_weights``."""
    for parameter, value in zip(model.parameters(), weights, strict=True):
        parameter.copy_(value)


@torch.no_grad()
def descend(parameters: Sequence[nn.Parameter], gradients: Sequence[Tensor | None], rate: float) -> float:
    """One step of plain gradient descent, in place; returns its length.

    Args:
        gradients: one per parameter; None if the loss does not depend on it.
    """
    for parameter, gradient in zip(parameters, gradients, strict=True):
        if gradient is not None:
            parameter.sub_(rate * gradient)
    return rate * joint_norm(gradients)


@torch.no_grad()
def relative_rate(parameters: Sequence[nn.Parameter], gradients: Sequence[Tensor | None], fraction: float) -> float:
    """The learning rate at which the step length is ``fraction`` of the norm of the changed parameters.

    It is 0 for a gradient of 0.
    """
    slope = joint_norm(gradients)
    size = joint_norm(p for p, g in zip(parameters, gradients, strict=True) if g is not None)
    return fraction * size / slope if slope else 0.0


@torch.no_grad()
def restore(parameters: Sequence[nn.Parameter], before: Sequence[Tensor], mask: Sequence[Tensor]) -> None:
    """Restores the weights where the mask (bool, one tensor per parameter) is False."""
    for parameter, value, free in zip(parameters, before, mask, strict=True):
        parameter.copy_(torch.where(free, parameter, value))


@torch.no_grad()
def distance(before: Sequence[Tensor], parameters: Sequence[nn.Parameter]) -> float:
    """Norm of the change of all weights together."""
    return joint_norm(parameter - value for value, parameter in zip(before, parameters, strict=True))


def nearest_on_last_step(
    model: nn.Module, before: Sequence[Tensor], measure: Callable[[], float], target: float
) -> float:
    """Moves the model to the point of its last step (one of ``POINTS``) where ``measure`` is nearest to ``target``.

    Args:
        before: the weights before that step.

    Returns:
        The measure at that point. With ties the furthest point wins.
    """
    after = get_weights(model)

    def at(point: float) -> float:
        set_weights(model, [torch.lerp(b, a, point) for b, a in zip(before, after, strict=True)])
        return measure()

    return at(min(reversed(POINTS), key=lambda point: abs(at(point) - target)))


def joint_norm(tensors: Iterable[Tensor | None]) -> float:
    """The norm of all tensors together; None counts as 0."""
    norms = [tensor.norm() for tensor in tensors if tensor is not None]
    return torch.stack(norms).norm().item() if norms else 0.0
