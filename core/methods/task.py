"""What a method is given: the data that it needs, and what may be known without looking at gold or test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.datasets import Split
from core.models import device_of
from core.specs import TrainSpec
from core.training import as_float, tensors


@dataclass(frozen=True)
class Task:
    """One unlearning problem.

    Attributes:
        forget, retain, pool: the data; None unless the method's spec needs them.
        num_classes: K.
        whole_classes, whole_subclasses: those of which no training image remains.
        whole_classes_only: whether the forget set is nothing but whole classes.
        known_accuracy: held-out accuracy per class from the original's record; None without a pool, and for
            sub-class requests, where the accuracy of the class says nothing of the sub-class.
        recipe: how the original was trained.
        fresh: seed -> an untrained model of the same architecture on the same device.
    """

    num_classes: int
    whole_classes: tuple[int, ...]
    whole_classes_only: bool
    known_accuracy: tuple[float, ...] | None
    recipe: TrainSpec
    fresh: Callable[[int], nn.Module]
    forget: Split | None = None
    retain: Split | None = None
    pool: Split | None = None
    whole_subclasses: tuple[int, ...] = ()

    @property
    def target_accuracy(self) -> float | None:
        """What a model without the forget set is expected to score on it: 0 on whole classes, else the class's
        held-out accuracy, averaged over the forget images; None where that is not known."""
        assert self.forget is not None
        if self.whole_classes_only:
            return 0.0
        if self.known_accuracy is None:
            return None
        whole = set(self.whole_classes)
        each = [0.0 if c in whole else self.known_accuracy[c] for c in self.forget.labels.tolist()]
        return sum(each) / len(each)

    def nothing_remains(self, split: Split) -> np.ndarray:
        """bool (N,): images of whose class, or sub-class where it goes whole, no training image remains."""
        removed = np.isin(split.labels, self.whole_classes)
        return removed if split.subclass is None else removed | np.isin(split.subclass, self.whole_subclasses)


def shuffled(split: Split, device: torch.device, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Images uint8 (N, C, H, W) and labels int64 (N,) in a drawn order, so that any beginning is a fair sample."""
    images, labels = tensors(split, device)
    order = torch.randperm(len(labels), generator=generator).to(device)
    return images[order], labels[order]


def batches(count: int, size: int, generator: torch.Generator) -> Iterator[tuple[Tensor, bool]]:
    """Endless passes over ``count`` images, each in a fresh order, in batches of nearly equal size, at most ``size``.

    Yields:
        (positions, whether this batch ends a pass).
    """
    parts = -(-count // size)
    while True:
        order = torch.randperm(count, generator=generator)
        for n, part in enumerate(order.tensor_split(parts)):
            yield part, n + 1 == parts


class Batches:
    """Endless passes over images, in batches of nearly equal size, each pass in a fresh order.

    Attributes:
        images, labels: uint8 (N, C, H, W) and (N,), or whatever else shall come with each image, on one device.
        per_pass: batches in a pass.
    """

    def __init__(self, images: Tensor, labels: Tensor, size: int, generator: torch.Generator) -> None:
        self.images = images
        self.labels = labels
        self.per_pass = -(-len(labels) // size)
        self._order = batches(len(labels), size, generator)

    @classmethod
    def from_split(cls, split: Split, size: int, model: nn.Module, generator: torch.Generator) -> Self:
        """Those of a split, on the model's device."""
        return cls(*tensors(split, device_of(model)), size, generator)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self

    def __next__(self) -> tuple[Tensor, Tensor]:
        """Images float32 (B, C, H, W) in [0, 1] and their labels (B,)."""
        positions = next(self._order)[0].to(self.labels.device)
        return as_float(self.images[positions]), self.labels[positions]


def cross_entropy(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """The model's mean cross-entropy over the images, a scalar with graph."""
    return F.cross_entropy(model(images), labels)


def beside(task: Task, size: int, model: nn.Module, generator: torch.Generator) -> Batches:
    """Retain batches as large as the forget batches of at most ``size``, to go with them in one step."""
    assert task.forget is not None
    assert task.retain is not None
    return Batches.from_split(task.retain, min(size, len(task.forget)), model, generator)
