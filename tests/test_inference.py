"""Predictions, losses and accuracy against closed forms."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from core.datasets import Split
from core.inference import accuracy, image_losses, predict

IMAGES = torch.tensor([[0, 255], [255, 0], [51, 0]], dtype=torch.uint8).reshape(3, 1, 1, 2)  # two pixels each
LOGITS = torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.2, 0.0]])  # the pixels themselves, from 0 to 1


def model() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(2, 2, bias=False)).apply(as_identity)


def as_identity(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.eye_(module.weight)


@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_logits_are_those_in_eval_mode_whatever_the_batches(batch_size: int) -> None:
    net = model().train()
    torch.testing.assert_close(predict(net, IMAGES, batch_size=batch_size), LOGITS)
    assert net.training  # as it was found


def test_the_loss_of_an_image_is_its_cross_entropy() -> None:
    split = Split(IMAGES.numpy(), np.array([1, 1, 0]), np.arange(3), None)
    expected = [math.log1p(math.exp(-1)), math.log1p(math.exp(1)), math.log1p(math.exp(-0.2))]
    assert image_losses(model(), split).tolist() == pytest.approx(expected)


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert accuracy(model(), IMAGES, torch.tensor([1, 1, 0])) == pytest.approx(2 / 3)
