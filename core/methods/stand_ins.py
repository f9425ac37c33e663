"""What the forgotten classes lose on unseen images, estimated from the forget images and one known number.

A model is far surer of its training images than of others. What pulls a class down until one of its training images is
wrong has long lost many of its unseen ones: on ``digits-noisy``, where 1 to 20 images of a digit are to go, half of
them. The forget set's accuracy does not show that. So noisy copies of the forget images stand in for unseen ones, with
as much noise as makes the original classify as many of them right as of held-out images of their classes.

Measured there, along the steps of MU-Mis, gradient ascent, random labels and JiT on sixteen requests: where the copies
lost 0.05 to 0.1, the digit's held-out and test images had lost 0.06 on average; where they lost 0.1 to 0.2, 0.11; where
0.2 to 0.4, 0.21. On photographs (CIFAR-10, a narrow network, twenty ships): 0.05, 0.11, 0.17 and 0.22, where test
images lost 0.02, 0.07, 0.10 and 0.16.
"""

from typing import Self

import torch
from torch import Tensor, nn

from core.inference import accuracy
from core.methods.task import Task, shuffled
from core.models import device_of
from core.training import as_float

LEAST = 200  # copies, of at most as many forget images
HALVINGS = 8  # of the range of the noise


class StandIns:
    """Noisy copies of images, and the accuracy that a model loses on them.

    Args:
        images, labels: (N, C, H, W), uint8 or float32 in [0, 1], and (N,).
        known: the accuracy that the model shall have on the copies now.
        generator: on the CPU; the noise.
    """

    def __init__(
        self, model: nn.Module, images: Tensor, labels: Tensor, known: float, generator: torch.Generator
    ) -> None:
        self.model = model
        each = -(-LEAST // len(labels))
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
        """Those of a forget set; None where a class goes whole, or the held-out accuracy is not known."""
        assert task.forget is not None
        if task.known_accuracy is None or task.nothing_remains(task.forget).any():
            return None
        images, labels = (part[:LEAST] for part in shuffled(task.forget, device_of(model), generator))
        known = sum(task.known_accuracy[c] for c in labels.tolist()) / len(labels)
        return cls(model, images, labels, known, generator)

    def loss(self) -> float:
        """How much lower the model's accuracy on the copies is than at first."""
        return self.start - accuracy(self.model, self.images, self.labels)
