"""How well easy and hard were told apart, judged by golds. Needs numbers only, no torch.

A forget image is hard for one gold that classifies it wrong. Golds of different seeds disagree, so that the target is
soft: the share of golds that are right. ``ceiling_auc`` is what the golds know of each other: no predictor can be
expected to do better.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core.roles import gold_rows

Scores = dict[str, float | int | None]

FEATURES = {"NF": "nf", "AF": "af", "CF": "cf"}
OUTCOMES = ("called easy, is easy", "called easy, is hard", "called hard, is easy", "called hard, is hard")
CALLED = ("called easy", "called hard")


def gold_right(samples: pd.DataFrame) -> np.ndarray:
    """bool (K, N): whether each gold classifies each forget image right; images in the order of their ids.

    Args:
        samples: rows of every role, with the split ``forget``.
    """
    rows = gold_rows(samples[samples["split"] == "forget"])
    right = rows.assign(right=rows["prediction"] == rows["label"])
    return right.pivot(index="role", columns="index", values="right").to_numpy(dtype=bool)


def verdicts(samples: pd.DataFrame) -> pd.DataFrame:
    """What was predicted of each forget image, and what the golds say.

    Args:
        samples: rows of every role of a TMU run, with the split ``forget``.

    Returns:
        One row per image, by id: index, label, nf, af, cf, nf_z, af_z, cf_z, p_hard, easy (bool, called so), right
        (share of golds that are right) and outcome: of ``OUTCOMES``, an image being easy that at least half of the
        golds get right. Without a gold right is null and the outcome one of ``CALLED``.
    """
    own = samples[(samples["role"] == "unlearned") & (samples["split"] == "forget")].sort_values("index")
    columns = ["index", "label", *FEATURES.values(), *(f"{name}_z" for name in FEATURES.values()), "p_hard", "easy"]
    found = own[columns].astype({"easy": bool}).reset_index(drop=True)
    called_hard = (~found["easy"]).to_numpy(dtype=int)
    right = gold_right(samples)
    if not len(right):
        return found.assign(right=np.nan, outcome=[CALLED[n] for n in called_hard])
    share = right.mean(0)
    return found.assign(right=share, outcome=[OUTCOMES[n] for n in 2 * called_hard + (share < 0.5)])


def baselines(samples: pd.DataFrame, known: Sequence[float | None]) -> dict[str, np.ndarray]:
    """The ladder that TMU has to beat: baseline -> scores (N,) of the forget images by id, higher is harder.

    Args:
        samples: rows of every role of a TMU run.
        known: held-out accuracy of every class under the original; None, which counts as the mean of the others, for
            classes without held-out images.
    """
    accuracy = pd.Series(known, dtype=float)
    accuracy = accuracy.fillna(accuracy.mean())
    forget = samples[samples["split"] == "forget"].sort_values("index")
    own, original = (forget[forget["role"] == role] for role in ("unlearned", "original"))
    return {
        "TMU": own["p_hard"].to_numpy(),
        "always easy": np.zeros(len(own)),
        "class accuracy": 1 - accuracy[own["label"]].to_numpy(),
        "original's loss": original["loss"].to_numpy(),
        **{name: own[column].to_numpy() for name, column in FEATURES.items()},
        "short proxies": own["proxy_loss"].to_numpy(),
    }


def score_prediction(p_hard: np.ndarray, easy: np.ndarray, right: np.ndarray) -> Scores:
    """Everything that the result says of a prediction.

    Args:
        p_hard: (N,) probability of being hard.
        easy: bool (N,) which images were called easy.
        right: bool (K, N), of K golds.

    Returns:
        auc, ceiling_auc: see ``auc`` and ``ceiling_auc``; balanced_accuracy, accuracy, always_easy: of the bits, means
        over golds, and of calling every image easy; brier: mean squared distance of p_hard to the share of golds that
        are wrong; predicted_easy: images called easy; gold_easy: mean number that a gold gets right. None where there
        is no gold, or for the first three where no gold makes a difference between images.
    """
    known = len(right) > 0
    return {
        "auc": auc(p_hard, right),
        "ceiling_auc": ceiling_auc(right),
        "balanced_accuracy": _mean([_balanced(easy, one) for one in right]),
        "accuracy": float((easy == right).mean()) if known else None,
        "always_easy": float(right.mean()) if known else None,
        "brier": float(((p_hard - (1 - right.mean(0))) ** 2).mean()) if known else None,
        "predicted_easy": int(easy.sum()),
        "gold_easy": float(right.sum(1).mean()) if known else None,
    }


def auc(score: np.ndarray, right: np.ndarray) -> float | None:
    """Mean over golds of the area under the ROC for *hard*; a gold that gets all or none right is left out.

    Args:
        score: (N,), higher is harder; a constant score has an area of 0.5.
        right: bool (K, N).
    """
    return _mean(_areas(score, ~right, right))


def ceiling_auc(right: np.ndarray) -> float | None:
    """The same, of each gold by the share of the other golds that are wrong; None for fewer than two golds."""
    if len(right) < 2:
        return None
    wrong = ~right
    others = (wrong.sum(0) - wrong) / (len(right) - 1)
    areas = [_areas(others[k], wrong[k : k + 1], right[k : k + 1]) for k in range(len(right))]
    return _mean(np.concatenate(areas))


def cuts(p_hard: np.ndarray, right: np.ndarray) -> pd.DataFrame:
    """What every cut would come to: the images from the hardest on are called hard, 0, 1, ..., N of them.

    Returns:
        hard (how many), threshold (lowest p_hard among them), and means over golds of the precision and the recall of
        *hard* and of false_positive, the share of easy images that are called hard; recall and false_positive are
        the axes of the ROC.
    """
    order = np.argsort(-p_hard, kind="stable")
    wrong = ~right[:, order]
    found = np.concatenate([np.zeros((len(right), 1)), wrong.cumsum(1)], axis=1)
    called = np.arange(len(p_hard) + 1)
    total = wrong.sum(1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = found / called, found / total
        false = (called - found) / (len(p_hard) - total)
    return pd.DataFrame(
        {
            "hard": called,
            "threshold": np.concatenate([[np.inf], p_hard[order]]),
            "precision": precision.mean(0),
            "recall": _column_means(recall),
            "false_positive": _column_means(false),
        }
    )


def reliability(p_hard: np.ndarray, right: np.ndarray, bins: int = 5) -> pd.DataFrame:
    """Columns predicted, observed and images: of equally large groups by p_hard, its mean and the golds' share."""
    order = np.argsort(p_hard, kind="stable")
    wrong = 1 - right.mean(0)
    groups = [part for part in np.array_split(order, bins) if len(part)]
    rows = [(p_hard[part].mean(), wrong[part].mean(), len(part)) for part in groups]
    return pd.DataFrame(rows, columns=["predicted", "observed", "images"])


def compare_baselines(scores: Mapping[str, np.ndarray], right: np.ndarray, draws: int = 1000) -> pd.DataFrame:
    """AUC of every rung with a 95 % bootstrap interval over images, and one of how far the first rung is ahead.

    Args:
        scores: baseline -> (N,), higher is harder.

    Returns:
        rung, auc, low, high, and lead_low and lead_high, the interval of the first rung's AUC minus this one's in the
        same bootstrap samples.
    """
    size = right.shape[1]
    counts = np.random.default_rng(0).multinomial(size, np.full(size, 1 / size), draws)[:, None]
    drawn = {
        name: np.ma.masked_invalid(_areas(score, counts * ~right, counts * right)).mean(1).filled(np.nan)
        for name, score in scores.items()
    }
    first = next(iter(drawn.values()))
    rows = [(name, auc(score, right), *_middle(drawn[name]), *_middle(first - drawn[name]))
            for name, score in scores.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["baseline", "auc", "low", "high", "lead_low", "lead_high"])


def _middle(values: np.ndarray) -> tuple[float | None, float | None]:
    """95 % of the values that are defined lie between these."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None, None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def _areas(score: np.ndarray, hard: np.ndarray, easy: np.ndarray) -> np.ndarray:
    """Areas under the ROC (...,): how often a hard image has the higher score, ties counting half.

    Args:
        hard, easy: (..., N), how often each image counts as hard and as easy; not a number where one is all zero.
    """
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(score[order]) > 0]))
    hard, easy = (np.add.reduceat(weights[..., order], starts, axis=-1) for weights in (hard * 1.0, easy * 1.0))
    below = easy.cumsum(-1) - easy / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return (hard * below).sum(-1) / (hard.sum(-1) * easy.sum(-1))


def _balanced(easy: np.ndarray, right: np.ndarray) -> float | None:
    """Mean of the shares of easy and of hard images that were called so; None where one kind is missing."""
    if right.all() or not right.any():
        return None
    return float((easy[right].mean() + (~easy[~right]).mean()) / 2)


def _mean(values: Sequence[float | None] | np.ndarray) -> float | None:
    """The mean of those that are defined."""
    known = [float(value) for value in values if value is not None and np.isfinite(value)]
    return sum(known) / len(known) if known else None


def _column_means(values: np.ndarray) -> np.ndarray:
    """Means over the golds for which the rate is defined; not a number where it is for none."""
    defined = np.isfinite(values).all(1)
    return values[defined].mean(0) if defined.any() else np.full(values.shape[1], np.nan)
