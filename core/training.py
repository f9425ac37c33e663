"""The training loop, a generator of steps: training stops when iteration stops."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.datasets import Split
from core.device import mixed_precision
from core.models import device_of, get_state, set_state
from core.oom import note_memory, retry_on_oom
from core.specs import TrainSpec


@dataclass(frozen=True)
class Step:
    """One optimiser step of training or unlearning; ``total`` is the maximum number of steps."""

    step: int
    total: int
    loss: float
    values: dict[str, float] = field(default_factory=dict)
    stop_reason: str | None = None


def tensors(split: Split, device: torch.device) -> tuple[Tensor, Tensor]:
    """Images uint8 (N, C, H, W) and labels int64 (N,) on the device; uint8 takes a quarter of the memory."""
    return torch.tensor(split.images, device=device), torch.tensor(split.labels, device=device)


def as_float(images: Tensor) -> Tensor:
    """Images as float32 in [0, 1]; float images are returned unchanged."""
    return images.float() / 255 if images.dtype == torch.uint8 else images


def steps_per_epoch(images: int, spec: TrainSpec) -> int:
    """Optimiser steps per epoch. A short last batch is dropped: few images would distort BatchNorm statistics."""
    return max(1, images // spec.batch_size)


def train(
    model: nn.Module,
    split: Split,
    spec: TrainSpec,
    *,
    generator: torch.Generator,
    resume: dict[str, np.ndarray] | None = None,
    save: Callable[[dict[str, np.ndarray]], None] | None = None,
) -> Iterator[Step]:
    """Trains the model in place with SGD (Nesterov) on the cross-entropy and leaves it in eval mode.

    A GPU trains in bfloat16. If a batch does not fit into memory, it is split and the gradients are accumulated.

    Args:
        model: on the training device.
        split: the training images.
        generator: on the CPU, for image order and augmentation; the same on every device.
        resume: a state from ``save``; training continues after that epoch, to the same weights.
        save: called with a state for ``resume`` after every epoch but the last.
    """
    device = device_of(model)
    images, labels = tensors(split, device)
    optimiser = torch.optim.SGD(
        model.parameters(), spec.learning_rate, spec.momentum, weight_decay=spec.weight_decay,
        nesterov=spec.momentum > 0,
    )  # fmt: skip
    per_epoch = steps_per_epoch(len(labels), spec)
    total = spec.epochs * per_epoch
    first = 0 if resume is None else _restore(resume, model, optimiser, generator)
    at_once = spec.batch_size
    model.train()
    for epoch in range(first, spec.epochs):
        order = torch.randperm(len(labels), generator=generator)
        for n, batch in enumerate(order.split(spec.batch_size)[:per_epoch]):
            step = epoch * per_epoch + n
            for group in optimiser.param_groups:
                group["lr"] = spec.learning_rate * rate(spec.schedule, (step + 0.5) / total)
            batch = batch.to(device)
            x = augmented(as_float(images[batch]), spec.augment, generator)
            loss, at_once = gradients(model, x, labels[batch], at_once)
            optimiser.step()
            yield Step(step + 1, total, loss)
        if save is not None and epoch + 1 < spec.epochs:
            save(_snapshot(model, optimiser, generator, epoch + 1))
    model.eval()


def gradients(model: nn.Module, x: Tensor, y: Tensor, at_once: int) -> tuple[float, int]:
    """Computes the gradients of the mean cross-entropy into ``parameter.grad``.

    Args:
        x, y: images float32 (N, C, H, W) and labels (N,).
        at_once: images per forward pass; fewer if memory does not suffice.

    Returns:
        the loss, and the number of images per forward pass.
    """
    loss, fitted = retry_on_oom(partial(_in_parts, model, x, y), at_once, least=2)
    if fitted < at_once:
        note_memory(
            f"for batches of {at_once} images, so they were split into {fitted} images each and the gradients were "
            "accumulated; in training mode BatchNorm saw these smaller batches"
        )
    return loss, fitted


def _in_parts(model: nn.Module, x: Tensor, y: Tensor, at_once: int) -> float:
    model.zero_grad()
    parts = -(-len(y) // at_once)
    total = 0.0
    for images, labels in zip(x.tensor_split(parts), y.tensor_split(parts), strict=True):
        with mixed_precision(x.device):
            loss = F.cross_entropy(model(images), labels) * (len(labels) / len(y))
        loss.backward()
        total += loss.item()
    return total


def rate(schedule: str, done: float) -> float:
    """The learning rate as a fraction of its peak, at the fraction ``done`` of the training.

    Each step uses the rate at its middle, so neither the first nor the last step has a rate of 0.
    """
    if schedule == "constant":
        return 1.0
    if schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * done))
    return done / 0.25 if done < 0.25 else (1 - done) / 0.75  # one-cycle


def augmented(x: Tensor, kind: str, generator: torch.Generator) -> Tensor:
    """Augmented copies of images float32 (N, C, H, W), drawn per image.

    shift: by up to one pixel in each direction, zero-padded. crop-flip: by up to four pixels, and a random flip.
    """
    if kind == "none":
        return x
    reach = 1 if kind == "shift" else 4
    count, _, height, width = x.shape
    dy, dx = torch.randint(0, 2 * reach + 1, (2, count), generator=generator).to(x.device)
    rows = dy[:, None] + torch.arange(height, device=x.device)  # (N, H)
    columns = dx[:, None] + torch.arange(width, device=x.device)  # (N, W)
    if kind == "crop-flip":
        flip = (torch.rand(count, generator=generator) < 0.5).to(x.device)
        columns = torch.where(flip[:, None], columns.flip(1), columns)
    padded = F.pad(x, (reach,) * 4)
    samples = torch.arange(count, device=x.device)[:, None, None]
    return padded[samples, :, rows[:, :, None], columns[:, None, :]].movedim(-1, 1)


def _snapshot(
    model: nn.Module, optimiser: torch.optim.Optimizer, generator: torch.Generator, epoch: int
) -> dict[str, np.ndarray]:
    momentum = {
        f"momentum.{n}": optimiser.state[p]["momentum_buffer"].cpu().numpy().copy()
        for n, p in model.named_parameters()
        if optimiser.state[p].get("momentum_buffer") is not None
    }
    weights = {f"model.{name}": value for name, value in get_state(model).items()}
    extra = {"generator": generator.get_state().numpy().copy(), "epoch": np.array([epoch])}
    return momentum | weights | extra


def _restore(
    saved: dict[str, np.ndarray], model: nn.Module, optimiser: torch.optim.Optimizer, generator: torch.Generator
) -> int:
    set_state(model, {k.removeprefix("model."): v for k, v in saved.items() if k.startswith("model.")})
    for name, parameter in model.named_parameters():
        if (buffer := saved.get(f"momentum.{name}")) is not None:
            momentum = torch.empty_like(parameter, requires_grad=False)  # channels-last where the parameter is
            optimiser.state[parameter]["momentum_buffer"] = momentum.copy_(torch.tensor(buffer))
    generator.set_state(torch.tensor(saved["generator"]))
    return int(saved["epoch"][0])
