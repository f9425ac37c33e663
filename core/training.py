"""The training loop, a generator of steps: training stops when iteration stops."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

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
    """Trains the model in place with SGD on the cross-entropy and leaves it in eval mode.

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
    mirrored = first_mirrored(len(labels), spec, generator)
    optimiser = make_optimiser(model, spec)
    first = 0 if resume is None else _restore(resume, model, optimiser, generator)
    per_epoch, at_once = steps_per_epoch(len(labels), spec), spec.batch_size
    total = spec.epochs * per_epoch
    model.train()
    for epoch in range(first, spec.epochs):
        order = torch.randperm(len(labels), generator=generator)
        for step, batch in enumerate(order.split(spec.batch_size)[:per_epoch], start=epoch * per_epoch):
            for group in optimiser.param_groups:
                group["lr"] = group["scale"] * spec.learning_rate * rate(spec.schedule, (step + 0.5) / total)
            flip = None if mirrored is None else mirrored[batch] ^ (epoch % 2 == 1)
            batch = batch.to(device)
            x = augmented(as_float(images[batch]), spec.augment, generator, flip)
            loss, at_once = gradients(model, x, labels[batch], spec, at_once)
            optimiser.step()
            yield Step(step + 1, total, loss)
        if save is not None and epoch + 1 < spec.epochs:
            save(_snapshot(model, optimiser, generator, epoch + 1))
    model.eval()


def gradients(model: nn.Module, x: Tensor, y: Tensor, spec: TrainSpec, at_once: int) -> tuple[float, int]:
    """Forward, loss, backward: computes the gradients of the mean cross-entropy into ``parameter.grad``.

    Args:
        x, y: images float32 (N, C, H, W) and labels (N,).
        at_once: images per forward pass; fewer if memory does not suffice.

    Returns:
        the loss, and the number of images per forward pass.
    """

    def in_parts(at_once: int) -> float:
        model.zero_grad()
        parts = -(-len(y) // at_once)
        total = 0.0
        for images, labels in zip(x.tensor_split(parts), y.tensor_split(parts), strict=True):
            with mixed_precision(x.device, spec.precision):
                logits = model(images).float()
            loss = F.cross_entropy(logits, labels, label_smoothing=spec.label_smoothing) * (len(labels) / len(y))
            loss.backward()
            total += loss.item()
        return total

    loss, fitted = retry_on_oom(in_parts, at_once, least=2)
    if fitted < at_once:
        note_memory(
            f"for batches of {at_once} images, so they were split into {fitted} images each and the gradients were "
            "accumulated; in training mode BatchNorm saw these smaller batches"
        )
    return loss, fitted


def make_optimiser(model: nn.Module, spec: TrainSpec) -> torch.optim.SGD:
    """SGD in two groups, whose learning rate is ``scale`` times the schedule's: BatchNorm biases and all other weights.

    Weight decay is divided by the scale, so that it shrinks both groups alike.
    """
    biases = [module.bias for module in model.modules() if isinstance(module, nn.BatchNorm2d) and module.affine]
    faster = {id(bias) for bias in biases}
    others = [parameter for parameter in model.parameters() if id(parameter) not in faster]
    return torch.optim.SGD(
        [
            {"params": others, "scale": 1.0},
            {"params": biases, "scale": spec.bias_rate, "weight_decay": spec.weight_decay / spec.bias_rate},
        ],
        spec.learning_rate, spec.momentum, weight_decay=spec.weight_decay,
        nesterov=spec.nesterov and spec.momentum > 0,
    )  # fmt: skip


def rate(schedule: str, done: float) -> float:
    """The learning rate as a fraction of its peak, at the fraction ``done`` of the training.

    Each step uses the rate at its middle, so neither the first nor the last step has a rate of 0.
    """
    if schedule == "constant":
        return 1.0
    if schedule == "steps":
        return 1.0 if done < 0.5 else 0.1 if done < 0.75 else 0.01
    if schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * done))
    return done / 0.25 if done < 0.25 else (1 - done) / 0.75  # one-cycle


def first_mirrored(count: int, spec: TrainSpec, generator: torch.Generator) -> Tensor | None:
    """Which images are mirrored in the first epoch, bool (N,); None if mirroring does not alternate."""
    return torch.rand(count, generator=generator) < 0.5 if spec.augment == "shift-2-mirror" else None


def augmented(x: Tensor, kind: str, generator: torch.Generator, mirrored: Tensor | None = None) -> Tensor:
    """Augmented copies of images float32 (N, C, H, W), drawn per image.

    shift: by up to one pixel in each direction, zero-padded; shift-2: by up to two, padded by reflection. crop-flip: by
    up to four pixels, zero-padded, and a random flip. shift-2-mirror: as shift-2, and flipped where ``mirrored`` (N,)
    says so; in training every image is flipped in every second epoch, which shows more than random flips.
    """
    if kind == "none":
        return x
    reach = {"shift": 1, "crop-flip": 4}.get(kind, 2)
    count, _, height, width = x.shape
    dy, dx = torch.randint(0, 2 * reach + 1, (2, count), generator=generator).to(x.device)
    rows = dy[:, None] + torch.arange(height, device=x.device)  # (N, H)
    columns = dx[:, None] + torch.arange(width, device=x.device)  # (N, W)
    if kind in ("crop-flip", "shift-2-mirror"):
        flip = torch.rand(count, generator=generator) < 0.5 if mirrored is None else mirrored
        columns = torch.where(flip.to(x.device)[:, None], columns.flip(1), columns)
    padded = F.pad(x, (reach,) * 4, mode="reflect" if reach == 2 else "constant")
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
