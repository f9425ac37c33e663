"""Membership attacks on the models of a run: a table of scores and a summary."""

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
    """Population attacks, fitted and evaluated on each model separately."""
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
    """Ids of the images that shadow models must predict: forget, unseen, and RMIA's population."""
    return np.concatenate([model_set.attack_sets.attacked, model_set.attack_sets.nonmembers])


def shadow_attacks(model_set: ModelSet, shadows: ShadowLogits) -> list[pd.DataFrame]:
    """U-LiRA and offline RMIA.

    Args:
        shadows: logits on ``shadow_ids``.
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
        if role != "original":  # U-LiRA scores unlearned or never-trained models only; skip the original
            member = not is_gold(role)
            rows.append(attack_rows(role, MODEL_ATTACK, chosen.forget, member, known.log_ratio(phi(values))))
        own = probability(values)
        score = rmia(own[:attacked], out[:attacked], own[attacked:], out[attacked:])
        rows.append(attack_rows(role, "RMIA", chosen.attacked, chosen.attacked_member, score))
    return rows


def privacy(table: pd.DataFrame) -> dict[str, Any]:
    """attack -> role -> how well the scores separate members from non-members.

    U-LiRA compares models, not images: unlearned with never-trained shadow models, and each model of the run with the
    golds. A gold compared with the other golds is the noise floor.
    """
    found: dict[str, Any] = {}
    for attack, rows in table.groupby("attack", sort=False):
        found[attack] = {}
        for role in rows["role"].unique():
            population = attack_population(rows, role)
            if population["member"].nunique() == 2:
                member, score = population["member"].to_numpy(bool), population["score"].to_numpy()
                found[attack][role] = attack_numbers(member, score)
    return found
