"""How far a model's outputs are from gold's on the forget set: the output family. Needs logits only, no torch.

All four are means over the images, of probability vectors p = softmax(logits), in float64:

- ``kl``: KL(gold || model), the sum over classes of p_gold * log(p_gold / p_model), in nats. Gold is the reference: a
  model is punished where gold finds a class likely and it does not.
- ``activation``: the L2 distance of the two vectors, from 0 to the root of 2 (https://arxiv.org/abs/2205.08096).
- ``js``: Jensen-Shannon divergence, summed over classes, in nats, from 0 to log 2.
- ``agreement``: share of images on which both predict the same class.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import log_softmax, rel_entr

from core.roles import only_golds

Outputs = dict[str, float]


def output_distance(model: np.ndarray, gold: np.ndarray) -> Outputs:
    """The four numbers of two models on the same images.

    Args:
        model, gold: logits (N, K).
    """
    log_p, log_q = (log_softmax(logits.astype(np.float64), axis=1) for logits in (gold, model))
    p, q = np.exp(log_p), np.exp(log_q)
    middle = (p + q) / 2
    return {
        "kl": float((p * (log_p - log_q)).sum(axis=1).mean()),
        "activation": float(np.linalg.norm(p - q, axis=1).mean()),
        "js": float((rel_entr(p, middle) + rel_entr(q, middle)).sum(axis=1).mean() / 2),
        "agreement": float((p.argmax(axis=1) == q.argmax(axis=1)).mean()),
    }


def output_family(logits: Mapping[str, np.ndarray]) -> dict[str, Outputs | None]:
    """Every model's distance to gold, averaged over the golds; a gold's to the other golds, which is the floor.

    Args:
        logits: role -> logits (N, K) on the forget set.

    Returns:
        role -> the four numbers; None where there is no (other) gold.
    """
    golds = only_golds(logits)
    return {
        role: _mean([output_distance(own, gold) for name, gold in golds.items() if name != role])
        for role, own in logits.items()
    }


def _mean(found: Sequence[Outputs]) -> Outputs | None:
    return {name: sum(each[name] for each in found) / len(found) for name in found[0]} if found else None
