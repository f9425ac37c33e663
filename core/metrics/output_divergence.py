"""Divergence of a model's outputs from gold's on the forget set. No torch.

All metrics are means over images, in float64, of class probabilities p (gold's) and q (the model's).
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.special import log_softmax, rel_entr

from core.roles import only_golds

Outputs = dict[str, float]


def kl(log_p: np.ndarray, log_q: np.ndarray) -> float:
    """KL(p || q), in nats; large if the model gives a low probability to a class that is likely for gold."""
    return float((np.exp(log_p) * (log_p - log_q)).sum(axis=1).mean())


def activation(log_p: np.ndarray, log_q: np.ndarray) -> float:
    """L2 distance, from 0 to sqrt(2) (https://arxiv.org/abs/2205.08096)."""
    return float(np.linalg.norm(np.exp(log_p) - np.exp(log_q), axis=1).mean())


def js(log_p: np.ndarray, log_q: np.ndarray) -> float:
    """Jensen-Shannon divergence, summed over classes, in nats, from 0 to log 2."""
    p, q = np.exp(log_p), np.exp(log_q)
    middle = (p + q) / 2
    return float((rel_entr(p, middle) + rel_entr(q, middle)).sum(axis=1).mean() / 2)


def agreement(log_p: np.ndarray, log_q: np.ndarray) -> float:
    """Share of the images on which both predict the same class."""
    return float((np.exp(log_p).argmax(axis=1) == np.exp(log_q).argmax(axis=1)).mean())


# Key in the catalogue -> function of the log probabilities (N, K) of gold and of the model.
OUTPUT_METRICS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "kl": kl,
    "activation": activation,
    "js": js,
    "agreement": agreement,
}


def output_distance(model: np.ndarray, gold: np.ndarray) -> Outputs:
    """Every output metric of two models on the same images.

    Args:
        model, gold: logits (N, K).
    """
    log_p, log_q = (log_softmax(logits.astype(np.float64), axis=1) for logits in (gold, model))
    return {name: metric(log_p, log_q) for name, metric in OUTPUT_METRICS.items()}


def outputs_by_gold(logits: Mapping[str, np.ndarray]) -> dict[str, dict[str, Outputs]]:
    """Every model's distance to every gold; for a gold, to the other golds.

    Args:
        logits: role -> logits (N, K) on the forget set.

    Returns:
        role -> role of the gold -> output metrics.
    """
    return {
        role: {name: output_distance(own, gold) for name, gold in only_golds(logits, exclude=role).items()}
        for role, own in logits.items()
    }


def output_family(by_gold: Mapping[str, Mapping[str, Outputs]]) -> dict[str, Outputs | None]:
    """Mean over golds of ``outputs_by_gold``; for a gold this is the noise floor. None without (another) gold."""
    return {role: _mean(list(found.values())) for role, found in by_gold.items()}


def _mean(found: Sequence[Outputs]) -> Outputs | None:
    return {name: sum(each[name] for each in found) / len(found) for name in found[0]} if found else None
