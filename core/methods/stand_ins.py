"""Estimates the accuracy that forgotten classes lose on unseen images, from noisy copies of the forget images.

A model is much more confident on training images than on unseen ones. When unlearning makes the first training image of
a class wrong, many unseen images are already wrong: half of them on ``digits-noisy`` with 1 to 20 forget images of a
digit. The forget set's accuracy does not show that. So noisy copies of the forget images stand in for unseen images.
The noise is set so that the original's accuracy on the copies is its held-out accuracy on their classes.

Measured there, along the steps of MU-Mis, gradient ascent, random labels and JiT on sixteen requests. Accuracy lost on
the copies: 0.05 to 0.1, 0.1 to 0.2, 0.2 to 0.4; on the digit's held-out and test images, on average: 0.06, 0.11, 0.21.
On photographs (CIFAR-10, a narrow network, twenty ships), lost on the copies: 0.05, 0.11, 0.17, 0.22; on test images:
0.02, 0.07, 0.10, 0.16.
"""

from typing import Self

import torch
from torch import Tensor, nn

from core.inference import accuracy
from core.methods.task import Task, shuffled
from core.models import device_of
from core.training import as_float

MIN_COPIES = 200  # and the maximum number of forget images used
HALVINGS = 8  # of the interval of the noise


class StandIns:
    """Noisy copies of images, and the accuracy that a model loses on them.

    Args:
        images, labels: (N, C, H, W), uint8 or float32 in [0, 1], and (N,).
        known: the model's accuracy on the copies that the noise should give at the start.
        generator: on the CPU; draws the noise.
    """

    def __init__(
        self, model: nn.Module, images: Tensor, labels: Tensor, known: float, generator: torch.Generator
    ) -> None:
        self.model = model
        each = -(-MIN_COPIES // len(labels))
        clean = as_float(images).repeat(each, 1, 1, 1)
        noise = torch.randn(clean.shape, generator=generator).to(clean.device)
        self.labels = labels.repeat(each)
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            found = accuracy(model, (clean + middle * noise).clamp(0, 1), self.labels)
            low, high = (middle, high) if found > known else (low, middle)
        self.images = (clean + high * noise).clamp(0, 1)
        self.start = accuracy(model, self.images, self.labels)

    @classmethod
    def of(cls, model: nn.Module, task: Task, generator: torch.Generator) -> Self | None:
        """Stand-ins for a task; None if a whole class is forgotten or the held-out accuracy is unknown."""
        assert task.forget is not None
        if task.known_accuracy is None or task.nothing_remains(task.forget).any():
            return None
        images, labels = (part[:MIN_COPIES] for part in shuffled(task.forget, device_of(model), generator))
        known = sum(task.known_accuracy[c] for c in labels.tolist()) / len(labels)
        return cls(model, images, labels, known, generator)

    def loss(self) -> float:
        """Accuracy lost on the copies since the start."""
        return self.start - accuracy(self.model, self.images, self.labels)
