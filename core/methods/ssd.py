"""SSD: shrinks, in a single step, the weights that matter far more to the forget set than to all training images.

    w_i <- min(lambda * F_i(D) / F_i(D_f), 1) * w_i   where  F_i(D_f) > alpha * F_i(D)
    F_i(D) = mean over D of (d CE(f(x), c) / dw_i)^2

Paper: https://arxiv.org/abs/2308.07707 (Foster et al., Selective Synaptic Dampening, Eqs. 4 to 6). D is all training
images, the forget set included. F is the diagonal of the empirical Fisher information.
Departure: gradients are squared per image, as the paper defines F. The authors' code squares the mean gradient of
batches of 64, which depends on their order. The model is in eval mode: BatchNorm statistics are frozen.

Authors, ResNet-18 on CIFAR: alpha 10, lambda 1. The default alpha of 5 is the largest of 10, 5, 2 and 1 with which all
ten whole classes of ``digits`` are forgotten, measured on the forget sets alone. (With 10 none is forgotten.)
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, vmap

from core.methods.steps import distance, get_weights
from core.methods.task import Task
from core.models import device_of
from core.oom import map_batches
from core.sensitivity import evaluating
from core.specs.methods.ssd import Ssd
from core.training import Step, as_float, tensors

CHUNK = 16  # images per batch; each has a gradient as large as the model


def unlearn(model: nn.Module, task: Task, spec: Ssd, *, generator: torch.Generator) -> Iterator[Step]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode. Nothing is drawn at random.

    Args:
        model: on its device.
        task: with its forget and its retain set.
        spec: alpha and dampening; defaults and ranges stand in its fields.
        generator: not used.

    Yields:
        One step: its loss is the forget set's cross-entropy before it, ``dampened`` the fraction of changed weights.
    """
    assert task.forget is not None
    assert task.retain is not None
    model.eval()
    forget, retain = (tensors(split, device_of(model)) for split in (task.forget, task.retain))
    of_forget, loss = squared_gradients(model, *forget)
    of_retain, _ = squared_gradients(model, *retain)
    count, kept = len(task.forget), len(task.retain)
    before = get_weights(model)
    dampened = 0
    for parameter, ours, theirs in zip(model.parameters(), of_forget, of_retain, strict=True):
        overall = (ours + theirs) / (count + kept)
        dampened += dampen(parameter, ours / count, overall, spec)
    values = {
        "step_size": distance(before, list(model.parameters())),
        "dampened": dampened / sum(map(Tensor.numel, before)),
    }
    reason = f"{values['dampened']:.1%} of the weights were dampened in a single step"
    yield Step(1, 1, loss / count, values, reason)


def squared_gradients(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[list[Tensor], float]:
    """Sums over images of the squared per-image gradients (one tensor per parameter) and of the loss.

    Args:
        images: (N, C, H, W), uint8 or float32 in [0, 1].
        labels: int64 (N,).
    """
    weights = {name: parameter.detach() for name, parameter in model.named_parameters()}

    def loss_of(weights: dict[str, Tensor], image: Tensor, label: Tensor) -> Tensor:
        return F.cross_entropy(functional_call(model, weights, image[None]), label[None])

    each = vmap(grad_and_value(loss_of), in_dims=(None, 0, 0))

    def sums(x: Tensor, c: Tensor) -> tuple[list[Tensor], float]:
        gradients, losses = each(weights, as_float(x), c)
        return [gradient.square().sum(dim=0) for gradient in gradients.values()], losses.sum().item()

    total = [torch.zeros_like(weight) for weight in weights.values()]
    loss = 0.0
    with evaluating(model):
        for squares, losses in map_batches(sums, CHUNK, images, labels):
            loss += losses
            for sum_, square in zip(total, squares, strict=True):
                sum_ += square
    return total, loss


@torch.no_grad()
def dampen(parameter: Tensor, of_forget: Tensor, overall: Tensor, spec: Ssd) -> int:
    """Dampens one parameter in place, given its importances; returns the number of changed weights."""
    chosen = of_forget > spec.alpha * overall
    factor = (spec.dampening * overall / of_forget).clamp(max=1)
    parameter.copy_(torch.where(chosen, factor * parameter, parameter))
    return int((chosen & (factor < 1)).sum())
