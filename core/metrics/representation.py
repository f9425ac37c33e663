"""Feature metrics: similarity to gold's and the original's features, and a probe for the forgotten class.

Accuracies depend on logits only. A model with only its last layer changed can match gold in them although its features
are those of the original.
"""

from collections.abc import Mapping

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.roles import gold_roles

MIN_CLASS = 4  # images of the forgotten class; half of them fit the probe


def linear_cka(first: np.ndarray, second: np.ndarray) -> float | None:
    """Linear centred kernel alignment, from 0 to 1 (https://arxiv.org/abs/1905.00414, section 3).

    ||Y'X||_F^2 / (||X'X||_F ||Y'Y||_F) of centred features, exact and in float64. Invariant to rotation and
    isotropic scaling of the features, so separately trained models can be compared.

    Args:
        first, second: features (N, D) and (N, E) of the same images.

    Returns:
        None if all features of a model are equal.
    """
    x, y = (features.astype(np.float64) - features.mean(axis=0, dtype=np.float64) for features in (first, second))
    scale = np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)
    return float(np.linalg.norm(y.T @ x) ** 2 / scale) if scale > 0 else None


def similarities(features: Mapping[str, np.ndarray]) -> dict[str, dict[str, float | None]]:
    """CKA of every model to gold (mean over golds; for a gold, the other golds: the ceiling) and to the original.

    Args:
        features: role -> features (N, D) of the same images. Golds have different bases, so similarities
            are averaged, not features.
    """
    golds = gold_roles(features)
    found = {}
    for role, own in features.items():
        each = [linear_cka(own, features[gold]) for gold in golds if gold != role]
        known = [value for value in each if value is not None]
        mean = sum(known) / len(known) if known else None
        found[role] = {"cka_gold": mean, "cka_original": linear_cka(own, features["original"])}
    return found


def class_probe(
    pool: np.ndarray, pool_forgotten: np.ndarray, test: np.ndarray, test_forgotten: np.ndarray
) -> dict[str, float] | None:
    """How well a logistic regression on the features separates the forgotten class from the others.

    Fitted on a random half of the forgotten class's pool images against the pool images of all other classes, with
    balanced class weights; scored on the test images. No model was trained on these images. Few examples are used,
    because with many of them even random features would be enough.

    Args:
        pool, test: features (N, D).
        pool_forgotten, test_forgotten: bool (N,), which images are of the forgotten class.

    Returns:
        auc and balanced_accuracy; None if there are too few images of the class, or no others.
    """
    ours, others = np.flatnonzero(pool_forgotten), np.flatnonzero(~pool_forgotten)
    if min(len(ours), test_forgotten.sum()) < MIN_CLASS or not len(others) or test_forgotten.all():
        return None
    half = np.random.default_rng(0).permutation(ours)[: len(ours) // 2]  # the same images for every model
    rows = np.concatenate([half, others])
    probe = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000))
    probe.fit(pool[rows], pool_forgotten[rows])
    return {
        "auc": float(roc_auc_score(test_forgotten, probe.decision_function(test))),
        "balanced_accuracy": float(balanced_accuracy_score(test_forgotten, probe.predict(test))),
    }
