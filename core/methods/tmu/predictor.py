"""Predicts the probability that a forget image is hard, from a model fitted on twin images.

The paper uses a network (https://arxiv.org/abs/2408.11433, section 5.1: 64 and 32 hidden units, SGD at 0.01 with
momentum 0.9, 100 epochs; batch size and weight decay are not stated). It overfits a few hundred images: on held-out
twin images its mean loss was 0.27 (0.26 with the best batch size from 32 to all), and 0.23 for logistic regression,
which is the default.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn.utils import skip_init

from core.specs.methods.tmu import Tmu

EPOCHS, BATCH, RATE, MOMENTUM, DECAY = 100, 32, 0.01, 0.9, 5e-4
FOLDS = 5

Predictor = Callable[[np.ndarray], np.ndarray]


def fit(features: np.ndarray, hard: np.ndarray, spec: Tmu, generator: torch.Generator) -> Predictor:
    """Fits a predictor, features (N, 3) -> probability of being hard, on twin images.

    Args:
        hard: bool (N,). If all values are equal, the predictor returns their share, with one image of each kind added.
        generator: on the CPU; draws initial weights and the image order.
    """
    if hard.all() or not hard.any():
        share = (hard.sum() + 1) / (len(hard) + 2)
        return lambda asked: np.full(len(asked), share)
    if spec.network:
        return _fit_mlp(features, hard, generator)
    model = LogisticRegression().fit(features, hard)
    return lambda asked: model.predict_proba(asked)[:, 1]


def _fit_mlp(features: np.ndarray, hard: np.ndarray, generator: torch.Generator) -> Predictor:
    sizes = (features.shape[1], 64, 32, 1)
    layers = [skip_init(nn.Linear, *pair) for pair in pairwise(sizes)]  # no draws from the global generator
    for layer in layers:
        nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu", generator=generator)
        nn.init.zeros_(layer.bias)
    net = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
    x, y = torch.tensor(features, dtype=torch.float32), torch.tensor(hard, dtype=torch.float32)
    optimiser = torch.optim.SGD(net.parameters(), RATE, MOMENTUM, weight_decay=DECAY)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(y), generator=generator).split(BATCH):
            loss = F.binary_cross_entropy_with_logits(net(x[batch]).squeeze(1), y[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    net.requires_grad_(False)

    def probability(asked: np.ndarray) -> np.ndarray:
        return net(torch.tensor(asked, dtype=torch.float32)).squeeze(1).sigmoid().double().numpy()

    return probability


def held_out(features: np.ndarray, hard: np.ndarray, spec: Tmu, generator: torch.Generator) -> np.ndarray:
    """Cross-validated probability of being hard (N,) of every twin image (five folds)."""
    fold = torch.randperm(len(hard), generator=generator).numpy() % FOLDS
    found = np.zeros(len(hard))
    for n in range(min(FOLDS, len(hard))):
        found[fold == n] = fit(features[fold != n], hard[fold != n], spec, generator)(features[fold == n])
    return found


def called_easy(p_hard: np.ndarray, cut: str) -> np.ndarray:
    """bool (N,): which images are predicted easy.

    Args:
        cut: the threshold. ``count``: as many as the probabilities sum to, the most probable first; ``half``: a
            probability of being easy of at least 0.5.
    """
    if cut == "half":
        return p_hard <= 0.5
    easy = np.zeros(len(p_hard), bool)
    easy[np.argsort(p_hard, kind="stable")[: int((1 - p_hard).sum() + 0.5)]] = True
    return easy
