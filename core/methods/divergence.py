"""Frozen teachers and the divergence from their output, for methods that imitate or leave a model."""

import copy

import torch.nn.functional as F
from torch import Tensor, nn


def frozen(model: nn.Module) -> nn.Module:
    """A copy in eval mode without gradients to the weights."""
    return copy.deepcopy(model).eval().requires_grad_(False)


def divergence(teacher: Tensor, student: Tensor, temperature: float = 1.0) -> Tensor:
    """KL(teacher || student) of the softmax of logits (N, K), a mean over the N images: a scalar, never negative.

    Logits are divided by the temperature T, and the divergence is multiplied by T^2 to keep the size of the gradient
    (Hinton et al., https://arxiv.org/abs/1503.02531). A teacher logit of minus infinity is a probability of 0.
    """
    p = F.softmax(teacher / temperature, dim=1)
    log_q = F.log_softmax(student / temperature, dim=1)
    return F.kl_div(log_q, p, reduction="batchmean") * temperature**2
