"""Exact per-sample input-gradient norms of any logits, and the two terms of MU-Mis.

The sensitivity of logit k at image x is s_k(x) = ||d f_k(x) / d x||_2: the gradient of the logit (before the softmax)
with respect to pixels in [0, 1]. Centred logits, f_k - mean over j of f_j, give the same predictions but other
sensitivities, which leave out what all logits have in common. The model is in eval mode, because in training mode
BatchNorm mixes the samples of a batch and gradients are not per sample. Paper: https://arxiv.org/abs/2402.15109
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from core.errors import InvalidSpec
from core.models import device_of
from core.oom import map_batches
from core.training import as_float

# Backends that may round float32 products to TF32 or bfloat16; by default CUDA convolutions do.
ROUNDING = (
    torch.backends.cudnn.conv,  # type: ignore[attr-defined]  # torch adds it at run time
    torch.backends.cuda.matmul,
    torch.backends.mkldnn.conv,  # type: ignore[attr-defined]  # torch adds it at run time
    torch.backends.mkldnn.matmul,  # type: ignore[attr-defined]  # torch adds it at run time
)


@contextmanager
def evaluating(model: nn.Module, *, frozen: bool = False) -> Iterator[None]:
    """A context with the model in eval mode and full precision; restores every module's mode at the end.

    Precision is a process-wide setting of torch. A backward pass to the weights must run in this context, too.

    Args:
        frozen: disable gradients of the weights, so that a backward pass computes the input gradient only.
    """
    modes = [(module, module.training) for module in model.modules()]
    wanted = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    precisions = [(backend, backend.fp32_precision) for backend in ROUNDING]
    try:
        model.eval()
        if frozen:
            model.requires_grad_(False)
        for backend in ROUNDING:
            backend.fp32_precision = "ieee"
        with torch.autocast(device_of(model).type, enabled=False):
            yield
    finally:
        for module, mode in modes:
            module.training = mode
        for parameter, flag in wanted:
            parameter.requires_grad_(flag)
        for backend, precision in precisions:
            backend.fp32_precision = precision


def input_gradient_norms(
    model: nn.Module, images: Tensor, classes: Sequence[int] | None = None, *, batch_size: int = 256
) -> Tensor:
    """Norm of the input gradient of every logit in ``classes``, per sample.

    One forward pass per batch and one backward pass per class. The model's state is restored.

    Args:
        model: any module from images (N, C, H, W) to logits (N, K).
        images: (N, C, H, W), uint8 or float32 in [0, 1].
        classes: ids of the logits; default: all K.

    Returns:
        float32 (N, len(classes)) on the images' device, without graph.

    Raises:
        InvalidSpec: the model has no such class.
    """
    count = _number_of_logits(model, images)
    classes = range(count) if classes is None else classes
    if unknown := [c for c in classes if not 0 <= c < count]:
        raise InvalidSpec(f"class {unknown[0]} is not a class of the model; choose 0 to {count - 1}")
    wanted = torch.tensor(list(classes), dtype=torch.int64, device=images.device).expand(len(images), -1)
    return selected_gradient_norms(model, images, wanted, batch_size=batch_size)


def _number_of_logits(model: nn.Module, images: Tensor) -> int:
    if isinstance(head := getattr(model, "head", None), nn.Linear):
        return head.out_features
    with evaluating(model), torch.no_grad():
        return model(as_float(images[:1])).shape[1]


def selected_gradient_norms(
    model: nn.Module, images: Tensor, wanted: Tensor, *, centred: bool = False, batch_size: int = 256
) -> Tensor:
    """As ``input_gradient_norms``, for R chosen logits per sample: ``wanted`` int64 (N, R).

    Args:
        centred: of the centred logits.
    """

    def norms(part: Tensor, logits: Tensor) -> Tensor:
        found = torch.empty(logits.shape, device=part.device)
        x = as_float(part).detach().requires_grad_()
        columns = _columns(model(x), logits, centred)
        for r, column in enumerate(columns):
            (gradient,) = torch.autograd.grad(column, x, retain_graph=r + 1 < len(columns))
            found[:, r] = gradient.flatten(1).norm(dim=1)
        return found

    with evaluating(model, frozen=True), torch.enable_grad():
        return torch.cat(list(map_batches(norms, batch_size, images, wanted)))


def target_and_irrelevant(norms: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Target norm and mean irrelevant norm of every sample.

    Args:
        norms: (N, K), of all logits.
        labels: int64 (N,).

    Returns:
        (N,) the norm of the label's logit; (N,) the mean of the norms over all other logits.
    """
    own = labels[:, None]
    others = norms.scatter(1, own, 0).sum(dim=1)  # not sum - target, which would lose precision
    return norms.gather(1, own).squeeze(1), others / (norms.shape[1] - 1)


def mumis_terms(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    irrelevant: Tensor,
    *,
    squared: bool = True,
    centred: bool = False,
) -> tuple[Tensor, Tensor]:
    """Squared input-gradient norms of target and irrelevant logits, differentiable with respect to the weights.

    Args:
        images: (N, C, H, W), uint8 or float32 in [0, 1].
        labels: int64 (N,), the target class c.
        irrelevant: int64 (N,) one class c' != c per sample, or (N, R) draws, whose squares are averaged.
        squared: False for norms without the square, as in the paper's Table A13; the gradient of a norm of 0 is 0.
        centred: of the centred logits.

    Returns:
        (N,) target squared, (N,) irrelevant squared; sums over pixels and channels (Eq. 3 of the paper).
    """
    wanted = torch.cat([labels[:, None], irrelevant.reshape(len(labels), -1)], dim=1)
    with evaluating(model), torch.enable_grad():
        x = as_float(images).detach().requires_grad_()
        columns = _columns(model(x), wanted, centred)
        gradients = [torch.autograd.grad(column, x, create_graph=True)[0] for column in columns]
    rows = torch.stack(gradients).flatten(2)  # (1 + R, N, C * H * W)
    sizes = rows.square().sum(dim=2) if squared else rows.norm(dim=2)
    return sizes[0], sizes[1:].mean(dim=0)


def centred_logits(logits: Tensor) -> Tensor:
    """Logits (N, K) minus their mean over the classes, per sample."""
    return logits - logits.mean(dim=1, keepdim=True)


def _columns(logits: Tensor, wanted: Tensor, centred: bool) -> Tensor:
    """Sums over the samples (R,) of the wanted logits (N, R); samples don't interact in eval mode."""
    return (centred_logits(logits) if centred else logits).gather(1, wanted).sum(dim=0)


def mumis_loss(model: nn.Module, images: Tensor, labels: Tensor, irrelevant: Tensor) -> Tensor:
    """Mean over the samples of target squared minus irrelevant squared (Eq. 3), a scalar with graph."""
    target, other = mumis_terms(model, images, labels, irrelevant)
    return (target - other).mean()


def draw_irrelevant(labels: Tensor, num_classes: int, draws: int, generator: torch.Generator) -> Tensor:
    """Classes int64 (N, draws), each uniform among all but the sample's own label."""
    offset = torch.randint(1, num_classes, (len(labels), draws), generator=generator).to(labels.device)
    return (labels[:, None] + offset) % num_classes
