"""Splits a batch into parts inside the model, when device memory does not suffice."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


@contextmanager
def in_parts(model: nn.Module, parts: int) -> Iterator[None]:
    """A context in which the model splits its input; the backward pass holds the activations of one part only.

    Activations are recomputed (gradient checkpointing). Outputs and gradients equal those of the whole batch up to
    rounding. In training mode BatchNorm sees each part once, in addition to what it saw in a failed attempt.
    """
    whole = model.forward

    def forward(x: Tensor) -> Tensor:
        through = partial(checkpoint, whole, use_reentrant=False, preserve_rng_state=False, context_fn=again)
        return torch.cat([through(part) for part in x.tensor_split(min(parts, len(x)))])

    def again() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
        return nullcontext(), _kept_statistics(model)

    if parts > 1:
        model.forward = forward
    try:
        yield
    finally:
        model.__dict__.pop("forward", None)


@contextmanager
def _kept_statistics(model: nn.Module) -> Iterator[None]:
    """A context in which BatchNorm does not update its statistics, even in training mode."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
