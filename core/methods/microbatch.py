"""A batch that goes through the model in parts, for devices whose memory ends."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


@contextmanager
def in_parts(model: nn.Module, parts: int) -> Iterator[None]:
    """Within, images go through the model in so many parts, of which a backward holds the activations of one.

    They are computed anew for it. Outputs and gradients are those of the whole batch but for rounding; in training mode
    BatchNorm sees the parts, each once, and it has seen what went through before memory ended.
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
    """Within, BatchNorm in training mode learns nothing."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
