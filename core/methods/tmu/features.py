"""The three features of an image in one problem, and their scale.

NF: mean L2 distance between its normalised penultimate activations and those of the five nearest remaining images of
    its class (Eq. 4, with the five of the paper's section 5.1);
AF: cross-entropy between its predicted probabilities and those of its adversarial twin (Eqs. 5 and 6);
CF: loss under briefly trained models (section 4.3, "Curriculum-learning-loss").
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.sensitivity import evaluating
from core.training import as_float

NEIGHBOURS = 5
ATTACK_STEPS = 10
TINY = 1e-6  # added before a logarithm


@torch.no_grad()
def activations(model: nn.Module, images: Tensor, *, batch_size: int = 1024) -> Tensor:
    """Penultimate activations (N, D) of length 1, in eval mode."""
    with evaluating(model):
        return torch.cat([F.normalize(model.features(as_float(part))) for part in images.split(batch_size)])


def nearest(
    queries: Tensor, bank: Tensor, *, same: Tensor | None = None, count: int = NEIGHBOURS, batch_size: int = 512
):
    """Distances and positions (N, count) of the nearest rows of ``bank``.

    Args:
        queries, bank: (N, D) and (M, D).
        same: bool (N, M), where a row of the bank is the query itself.
    """
    count = min(count, len(bank) - (0 if same is None else 1))
    found = []
    for start in range(0, len(queries), batch_size):
        part = slice(start, start + batch_size)
        distance = torch.cdist(queries[part], bank, compute_mode="donot_use_mm_for_euclid_dist")
        if same is not None:
            distance = distance.masked_fill(same[part], torch.inf)
        found.append(distance.topk(count, largest=False))
    return torch.cat([d for d, _ in found]), torch.cat([p for _, p in found])


def attacked(model: nn.Module, images: Tensor, labels: Tensor, budget: float, *, batch_size: int = 256) -> Tensor:
    """Adversarial twins float32 (N, C, H, W): untargeted projected gradient ascent on the loss (Madry et al. 2018)."""
    found = []
    with evaluating(model, frozen=True), torch.enable_grad():
        for clean, y in zip(as_float(images).split(batch_size), labels.split(batch_size), strict=True):
            x = clean
            for _ in range(ATTACK_STEPS):
                x = x.detach().requires_grad_()
                (slope,) = torch.autograd.grad(F.cross_entropy(model(x), y, reduction="sum"), x)
                x = x + 2.5 * budget / ATTACK_STEPS * slope.sign()
                x = torch.clamp(x, clean - budget, clean + budget).clamp(0, 1)
            found.append(x.detach())
    return torch.cat(found)


@torch.no_grad()
def attack_feature(model: nn.Module, images: Tensor, adversarial: Tensor) -> Tensor:
    with evaluating(model):
        before = F.softmax(model(as_float(images)), 1)
        after = F.log_softmax(model(adversarial), 1)
    return -(before * after).sum(1)
