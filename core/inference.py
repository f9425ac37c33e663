"""Predictions, losses and accuracy of one model, for methods and measurements."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.datasets import Split
from core.device import mixed_precision
from core.models import device_of
from core.oom import map_batches
from core.sensitivity import evaluating
from core.training import as_float, tensors


@torch.no_grad()
def predict(model: nn.Module, images: Tensor, *, batch_size: int = 1024) -> Tensor:
    """Logits float32 (N, K) in eval mode (computed in bfloat16 on a GPU); the model's state is restored."""

    def logits(part: Tensor) -> Tensor:
        x = as_float(part)
        return model(x).to(x.dtype)

    with evaluating(model), mixed_precision(device_of(model)):
        return torch.cat(list(map_batches(logits, batch_size, images)))


def image_losses(model: nn.Module, split: Split) -> Tensor:
    """Cross-entropy (N,) per image, in eval mode."""
    images, labels = tensors(split, device_of(model))
    return F.cross_entropy(predict(model, images), labels, reduction="none")


def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Fraction of the images (N, C, H, W) that the model classifies as ``labels`` (N,)."""
    return (predict(model, images).argmax(dim=1) == labels).sum().item() / len(labels)
