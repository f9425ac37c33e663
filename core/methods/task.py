"""The input of a method: the data it needs, and what is known without gold and test images."""

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
        whole_classes, whole_subclasses: those without any remaining training image.
        whole_classes_only: whether the forget set consists of whole classes.
        known_accuracy: the original's held-out accuracy per class; None without a pool, and for sub-class requests,
            where a class's accuracy does not apply to its sub-class.
        recipe: the original's training recipe.
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
        """Expected accuracy on the forget set of a model that never saw it; None if unknown.

        It is 0 for images of whole classes, else the class's held-out accuracy, averaged over the forget images.
        """
        assert self.forget is not None
        if self.whole_classes_only:
            return 0.0
        if self.known_accuracy is None:
            return None
        whole = set(self.whole_classes)
        each = [0.0 if c in whole else self.known_accuracy[c] for c in self.forget.labels.tolist()]
        return sum(each) / len(each)

    def nothing_remains(self, split: Split) -> np.ndarray:
        """bool (N,): images whose class or sub-class has no remaining training image."""
        removed = np.isin(split.labels, self.whole_classes)
        return removed if split.subclass is None else removed | np.isin(split.subclass, self.whole_subclasses)


def shuffled(split: Split, device: torch.device, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Images uint8 (N, C, H, W) and labels int64 (N,) in a random order, so that every prefix is a random sample."""
    images, labels = tensors(split, device)
    order = torch.randperm(len(labels), generator=generator).to(device)
    return images[order], labels[order]


def batches(count: int, size: int, generator: torch.Generator) -> Iterator[tuple[Tensor, bool]]:
    """Endless passes over ``count`` images, reshuffled in each pass, in batches of nearly equal size, at most ``size``.

    Yields:
        (positions, whether this batch ends a pass).
    """
    parts = -(-count // size)
    while True:
        order = torch.randperm(count, generator=generator)
        for n, part in enumerate(order.tensor_split(parts)):
            yield part, n + 1 == parts


class Batches:
    """Endless passes over images in batches of nearly equal size, reshuffled in each pass.

    Attributes:
        images, labels: uint8 (N, C, H, W) and (N,), on one device; labels may be other values per image.
        per_pass: batches per pass.
    """

    def __init__(self, images: Tensor, labels: Tensor, size: int, generator: torch.Generator) -> None:
        self.images = images
        self.labels = labels
        self.per_pass = -(-len(labels) // size)
        self._order = batches(len(labels), size, generator)

    @classmethod
    def from_split(cls, split: Split, size: int, model: nn.Module, generator: torch.Generator) -> Self:
        """Batches of a split, on the model's device."""
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
    """Retain batches of the same size as the forget batches (at most ``size``), for joint steps."""
    assert task.forget is not None
    assert task.retain is not None
    return Batches.from_split(task.retain, min(size, len(task.forget)), model, generator)
