"""Population attacks: was this image trained on? Sanity checks only; gold's value is the target, not 0.5.

An attack uses one number per image. It is fitted on images of known membership (equally many retain images, members,
and test images, non-members) and applied to other images: forget images against test images of the same classes. The
attack may separate these even for a model that never saw the forget set, so compare its value with gold's. Per-image
attacks are in ``core.metrics.membership.lira``.

In all attacks a score above 0 predicts "member".
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score, roc_curve
from sklearn.svm import SVC

from core.datasets import Dataset, Split

FALSE_POSITIVES = 0.01  # the rate at which true positives are reported


@dataclass(frozen=True)
class AttackSets:
    """Ids of the images of an attack; the four groups are disjoint.

    Attributes:
        members, nonmembers: known to the attacker; equally many retain and test images.
        forget, unseen: attacked; unseen are test images of the forget images' classes.
    """

    members: np.ndarray
    nonmembers: np.ndarray
    forget: np.ndarray
    unseen: np.ndarray

    @property
    def attacked(self) -> np.ndarray:
        """Ids of the forget images (members), then of the unseen ones."""
        return np.concatenate([self.forget, self.unseen])

    @property
    def attacked_member(self) -> np.ndarray:
        """Bool, in the order of ``attacked``."""
        return np.repeat([True, False], [len(self.forget), len(self.unseen)])


def touched(split: Split, forget: Split, by_subclass: bool) -> np.ndarray:
    """Bool (N,): which images are of a class (or sub-class) that the forget set touches."""
    if not by_subclass:
        return np.isin(split.labels, forget.labels)
    assert split.subclass is not None
    assert forget.subclass is not None
    return np.isin(split.subclass, forget.subclass)


def attack_sets(dataset: Dataset, forget: np.ndarray, removed: np.ndarray, by_subclass: bool, limit: int) -> AttackSets:
    """Chooses the images of an attack, at most ``limit`` in each group.

    The attacker knows images of untouched classes. If the request touches all classes, the attacker knows half of the
    test set, and the other half is attacked.

    Args:
        forget: ids of the forget set.
        removed: ids of all training images that are not retained.
    """
    rng = np.random.default_rng(0)  # the same images for every model and method of a request
    forgotten = dataset.train.with_ids(forget)
    retain, test = dataset.train.with_ids(removed, keep=False), dataset.test
    hit = touched(test, forgotten, by_subclass)
    if hit.all():
        hit = np.isin(np.arange(len(test)), rng.permutation(len(test))[: len(test) // 2])
        members = retain.index
    else:
        members = retain.index[~touched(retain, forgotten, by_subclass)]
    nonmembers, unseen = test.index[~hit], test.index[hit]
    count = min(len(members), len(nonmembers), limit)
    return AttackSets(
        members=np.sort(rng.choice(members, count, replace=False)),
        nonmembers=np.sort(rng.choice(nonmembers, count, replace=False)),
        forget=np.sort(rng.choice(forget, min(len(forget), limit), replace=False)),
        unseen=np.sort(rng.choice(unseen, min(len(unseen), limit), replace=False)),
    )


@dataclass(frozen=True)
class Signals:
    """What an attacker sees of each output, float64 (N,): the label's loss and probability, the output's entropy."""

    loss: np.ndarray
    confidence: np.ndarray
    entropy: np.ndarray

    @classmethod
    def from_logits(cls, logits: np.ndarray, labels: np.ndarray) -> "Signals":
        """From logits (N, K) and labels (N,)."""
        log_p = log_softmax(logits.astype(np.float64), axis=1)
        own = log_p[np.arange(len(labels)), labels]
        return cls(-own, np.exp(own), -(np.exp(log_p) * log_p).sum(axis=1))


def loss_threshold(known: Signals, member: np.ndarray, attacked: Signals) -> np.ndarray:
    """Members have a loss below the threshold that is best on the known images (https://arxiv.org/abs/1709.01604)."""
    false, true, thresholds = roc_curve(member, -known.loss, drop_intermediate=False)
    best = thresholds[1:][np.argmax((true - false)[1:])]  # the first is infinite: no image is a member
    return np.nextafter(-best, np.inf) - attacked.loss  # a loss equal to the threshold counts as member


def entropy_regression(known: Signals, member: np.ndarray, attacked: Signals) -> np.ndarray:
    """Logistic regression on the entropy of the output (https://arxiv.org/abs/2205.08096)."""
    model = LogisticRegression(class_weight="balanced").fit(known.entropy[:, None], member)
    return model.decision_function(attacked.entropy[:, None])


def confidence_svc(known: Signals, member: np.ndarray, attacked: Signals) -> np.ndarray:
    """SVC (C 3, rbf, gamma auto) on the label's probability (https://arxiv.org/abs/2310.12508)."""
    model = SVC(C=3, kernel="rbf", gamma="auto").fit(known.confidence[:, None], member)
    return model.decision_function(attacked.confidence[:, None])


ATTACKS: dict[str, Callable[[Signals, np.ndarray, Signals], np.ndarray]] = {
    "loss threshold": loss_threshold,
    "entropy regression": entropy_regression,
    "confidence SVC": confidence_svc,
}


def population_attacks(known: Signals, member: np.ndarray, attacked: Signals) -> dict[str, np.ndarray]:
    """Scores of all attacks on one model.

    Args:
        member: bool (N,), which of the known images are members.

    Returns:
        attack -> scores of the attacked images.
    """
    return {name: attack(known, member, attacked) for name, attack in ATTACKS.items()}


def attack_rows(role: str, attack: str, ids: np.ndarray, member: np.ndarray | bool, score: np.ndarray) -> pd.DataFrame:
    """Rows of the run's table ``attacks``, one per attacked image."""
    return pd.DataFrame({"role": role, "attack": attack, "index": ids, "member": member, "score": score})


def attack_numbers(member: np.ndarray, score: np.ndarray) -> dict[str, float | None]:
    """How well scores separate members from non-members.

    Args:
        member: bool (N,).
        score: (N,); above 0 predicts "member".

    Returns:
        auc; balanced_accuracy of the sign; called_member and called_member_unseen, the shares above 0 among members and
        among non-members; tpr_at_1, the true positive rate at a false positive rate of at most 1 %, None for fewer
        than 100 non-members.
    """
    false, true, _ = roc_curve(member, score, drop_intermediate=False)
    enough = (~member).sum() >= 1 / FALSE_POSITIVES
    return {
        "auc": float(roc_auc_score(member, score)),
        "balanced_accuracy": float(balanced_accuracy_score(member, score > 0)),
        "called_member": float((score[member] > 0).mean()),
        "called_member_unseen": float((score[~member] > 0).mean()),
        "tpr_at_1": float(true[false <= FALSE_POSITIVES].max()) if enough else None,
    }
