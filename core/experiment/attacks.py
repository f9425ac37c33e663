"""Membership attacks on the models of a run, as one table of scores and its summary."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import softmax

from core.analysis.attack_curves import MODEL_ATTACK, SHADOW, attack_population
from core.experiment.model_set import ModelSet
from core.experiment.shadows import ShadowLogits
from core.metrics.membership.attacks import Signals, attack_numbers, attack_rows, population_attacks
from core.metrics.membership.lira import Shadows, logit_confidence, rmia, u_lira
from core.roles import is_gold


def simple_attacks(model_set: ModelSet) -> list[pd.DataFrame]:
    """The population attacks, each fitted and tried on every model by itself."""
    chosen = model_set.attack_sets
    known = np.concatenate([chosen.members, chosen.nonmembers])
    member = np.isin(known, chosen.members)
    known_labels, labels = model_set.labels(known), model_set.labels(chosen.attacked)
    known_logits, logits = model_set.logits(known), model_set.logits(chosen.attacked)
    return [
        attack_rows(role, attack, chosen.attacked, chosen.attacked_member, score)
        for role in model_set.models
        for attack, score in population_attacks(
            Signals.from_logits(known_logits[role], known_labels), member, Signals.from_logits(logits[role], labels)
        ).items()
    ]


def shadow_ids(model_set: ModelSet) -> np.ndarray:
    """Ids of the images that shadow models must be asked about: forget, unseen, and RMIA's population."""
    return np.concatenate([model_set.attack_sets.attacked, model_set.attack_sets.nonmembers])


def shadow_attacks(model_set: ModelSet, shadows: ShadowLogits) -> list[pd.DataFrame]:
    """U-LiRA and offline RMIA.

    Args:
        shadows: on ``shadow_ids``.
    """
    chosen, ids = model_set.attack_sets, shadow_ids(model_set)
    labels, logits = model_set.labels(ids), model_set.logits(ids)
    count, attacked = len(chosen.forget), len(chosen.attacked)

    def phi(values: np.ndarray) -> np.ndarray:  # (N, K) -> (forget images,)
        return logit_confidence(values[:count], labels[:count])

    def probability(values: np.ndarray) -> np.ndarray:  # (N, K) -> (N,)
        return softmax(values.astype(np.float64), axis=1)[np.arange(len(ids)), labels]

    known = Shadows(
        unlearned=np.stack([phi(values) for values in shadows.unlearned]),
        trained=shadows.trained[:, :count],
        never=np.stack([phi(values) for values in shadows.never]),
    )
    unlearned, never = u_lira(known)
    rows = [
        attack_rows(SHADOW, MODEL_ATTACK, np.tile(chosen.forget, len(scores))[use.ravel()], member, scores[use])
        for member, scores, use in ((True, unlearned, known.trained), (False, never, np.ones_like(known.trained)))
    ]
    out = np.mean([probability(values) for values in shadows.never], axis=0)
    for role, values in logits.items():
        if role != "original":  # neither unlearned nor never trained, and the game knows nothing else
            member = not is_gold(role)
            rows.append(attack_rows(role, MODEL_ATTACK, chosen.forget, member, known.log_ratio(phi(values))))
        own = probability(values)
        score = rmia(own[:attacked], out[:attacked], own[attacked:], out[attacked:])
        rows.append(attack_rows(role, "RMIA", chosen.attacked, chosen.attacked_member, score))
    return rows


def privacy(table: pd.DataFrame) -> dict[str, Any]:
    """attack -> role -> how well the scores tell members from others.

    U-LiRA compares models and not images: of the shadow models, unlearned against never trained; of a model of the run,
    itself against the golds (a gold against the others, the floor), where there are any.
    """
    found: dict[str, Any] = {}
    for attack, rows in table.groupby("attack", sort=False):
        found[attack] = {}
        for role in rows["role"].unique():
            told = attack_population(rows, role)
            if told["member"].nunique() == 2:
                found[attack][role] = attack_numbers(told["member"].to_numpy(bool), told["score"].to_numpy())
    return found
