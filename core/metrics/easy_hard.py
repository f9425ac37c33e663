"""Scores of an easy/hard prediction against the golds. No torch.

A forget image is hard for a gold that classifies it wrong. Golds of different seeds disagree, so the target is soft:
the share of golds that are right. ``gold_auc`` is how well golds predict each other: an estimate, not a bound.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core.roles import gold_rows

Scores = dict[str, float | int | None]

FEATURES = {"NF": "nf", "AF": "af", "CF": "cf"}
PREDICTED = ("predicted easy", "predicted hard")
OUTCOMES = tuple(f"{predicted}, actually {actual}" for predicted in PREDICTED for actual in ("easy", "hard"))


def gold_right(samples: pd.DataFrame) -> np.ndarray:
    """bool (K, N): whether each gold classifies each forget image right; images in the order of their ids.

    Args:
        samples: rows of every role, with the split ``forget``.
    """
    rows = gold_rows(samples[samples["split"] == "forget"])
    return _by_gold(rows.assign(right=rows["prediction"] == rows["label"]), "right").astype(bool)


def gold_wrong_probability(samples: pd.DataFrame) -> np.ndarray:
    """float64 (K, N): each gold's probability of classes other than the label; images in the order of their ids."""
    return 1 - _by_gold(gold_rows(samples[samples["split"] == "forget"]), "probability").astype(float)


def _by_gold(rows: pd.DataFrame, column: str) -> np.ndarray:
    """(K, N), a column of the golds' rows."""
    return rows.pivot(index="role", columns="index", values=column).to_numpy()


def verdicts(samples: pd.DataFrame) -> pd.DataFrame:
    """TMU's prediction for each forget image, compared with the golds.

    Args:
        samples: rows of every role of a TMU run, with the split ``forget``.

    Returns:
        One row per image, by id: index, label, nf, af, cf, nf_z, af_z, cf_z, p_hard, easy (bool, predicted), right
        (share of golds that are right) and outcome, one of ``OUTCOMES``; an image is actually easy if at least half of
        the golds are right. Without gold, right is null and outcome one of ``PREDICTED``.
    """
    own = samples[(samples["role"] == "unlearned") & (samples["split"] == "forget")].sort_values("index")
    columns = ["index", "label", *FEATURES.values(), *(f"{name}_z" for name in FEATURES.values()), "p_hard", "easy"]
    images = own[columns].astype({"easy": bool}).reset_index(drop=True)
    predicted_hard = (~images["easy"]).to_numpy(dtype=int)
    right = gold_right(samples)
    if not len(right):
        return images.assign(right=np.nan, outcome=[PREDICTED[n] for n in predicted_hard])
    share = right.mean(0)
    return images.assign(right=share, outcome=[OUTCOMES[n] for n in 2 * predicted_hard + (share < 0.5)])


def baselines(samples: pd.DataFrame, known: Sequence[float | None]) -> dict[str, np.ndarray]:
    """Baselines for TMU's prediction: baseline -> scores (N,) of the forget images by id, higher is harder.

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


def score_prediction(p_hard: np.ndarray, easy: np.ndarray, right: np.ndarray, p_wrong: np.ndarray) -> Scores:
    """All scores of a prediction, as stored in the result.

    Args:
        p_hard: (N,) probability of being hard.
        easy: bool (N,), predicted.
        right: bool (K, N), of K golds.
        p_wrong: (K, N), see ``gold_wrong_probability``.

    Returns:
        auc, ceiling_auc: see ``auc`` and ``gold_auc``; balanced_accuracy, accuracy: of ``easy``, means over golds;
        always_easy: accuracy of predicting every image to be easy; brier: mean squared difference between p_hard and
        the share of golds that are wrong; predicted_easy: images predicted easy; gold_easy: mean number of images that
        a gold gets right. None without gold; the first three also if every gold gets all images right or all wrong.
    """
    known = len(right) > 0
    return {
        "auc": auc(p_hard, right),
        "ceiling_auc": gold_auc(right, p_wrong),
        "balanced_accuracy": _mean([_balanced(easy, one) for one in right]),
        "accuracy": float((easy == right).mean()) if known else None,
        "always_easy": float(right.mean()) if known else None,
        "brier": float(((p_hard - (1 - right.mean(0))) ** 2).mean()) if known else None,
        "predicted_easy": int(easy.sum()),
        "gold_easy": float(right.sum(1).mean()) if known else None,
    }


def auc(score: np.ndarray, right: np.ndarray) -> float | None:
    """Mean over golds of the area under the ROC for *hard*; golds that get all or no images right are skipped.

    Args:
        score: (N,), higher is harder; a constant score has an area of 0.5.
        right: bool (K, N).
    """
    return _mean(_areas(score, ~right, right))


def gold_auc(right: np.ndarray, p_wrong: np.ndarray) -> float | None:
    """``auc`` of predicting each gold by the other golds: by their mean probability of being wrong.

    None for fewer than two golds. It is an estimate of what can be predicted: with few golds it is low, and a good
    predictor may exceed it.

    Args:
        right, p_wrong: (K, N), see ``gold_right`` and ``gold_wrong_probability``.
    """
    if len(right) < 2:
        return None
    others = (p_wrong.sum(0) - p_wrong) / (len(right) - 1)
    areas = [_areas(others[k], ~right[k : k + 1], right[k : k + 1]) for k in range(len(right))]
    return _mean(np.concatenate(areas))


def threshold_table(p_hard: np.ndarray, right: np.ndarray) -> pd.DataFrame:
    """Precision and recall at every threshold: the 0, 1, ..., N images with the largest p_hard are predicted hard.

    Returns:
        hard (number of images predicted hard), threshold (the lowest p_hard among them), and means over golds of
        precision, recall and false_positive (share of easy images predicted hard) for *hard*.
    """
    order = np.argsort(-p_hard, kind="stable")
    wrong = ~right[:, order]
    found = np.concatenate([np.zeros((len(right), 1)), wrong.cumsum(1)], axis=1)
    predicted = np.arange(len(p_hard) + 1)
    total = wrong.sum(1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = found / predicted, found / total
        false = (predicted - found) / (len(p_hard) - total)
    return pd.DataFrame(
        {
            "hard": predicted,
            "threshold": np.concatenate([[np.inf], p_hard[order]]),
            "precision": precision.mean(0),
            "recall": _column_means(recall),
            "false_positive": _column_means(false),
        }
    )


def reliability(p_hard: np.ndarray, right: np.ndarray, bins: int = 5) -> pd.DataFrame:
    """Reliability diagram in groups of equal size: predicted (mean p_hard), observed (share of golds wrong), images."""
    order = np.argsort(p_hard, kind="stable")
    wrong = 1 - right.mean(0)
    groups = [part for part in np.array_split(order, bins) if len(part)]
    rows = [(p_hard[part].mean(), wrong[part].mean(), len(part)) for part in groups]
    return pd.DataFrame(rows, columns=["predicted", "observed", "images"])


def compare_baselines(scores: Mapping[str, np.ndarray], right: np.ndarray, draws: int = 1000) -> pd.DataFrame:
    """AUC of every baseline with 95 % bootstrap intervals over images, also for the lead of the first one (TMU).

    Args:
        scores: baseline -> (N,), higher is harder.

    Returns:
        baseline, auc, low, high, and lead_low and lead_high, the interval of the first one's AUC minus this one's in
        the same bootstrap samples.
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
    """The central 95 % interval of the defined values."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None, None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def _areas(score: np.ndarray, hard: np.ndarray, easy: np.ndarray) -> np.ndarray:
    """Areas under the ROC (...,): how often a hard image has the higher score, ties counting half.

    Args:
        hard, easy: (..., N), weight of each image as hard and as easy; NaN if one of them is all zero.
    """
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(score[order]) > 0]))
    hard, easy = (np.add.reduceat(weights[..., order], starts, axis=-1) for weights in (hard * 1.0, easy * 1.0))
    below = easy.cumsum(-1) - easy / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return (hard * below).sum(-1) / (hard.sum(-1) * easy.sum(-1))


def _balanced(easy: np.ndarray, right: np.ndarray) -> float | None:
    """Mean of the shares of easy and of hard images predicted correctly; None if one kind is missing."""
    if right.all() or not right.any():
        return None
    return float((easy[right].mean() + (~easy[~right]).mean()) / 2)


def _mean(values: Sequence[float | None] | np.ndarray) -> float | None:
    """Mean of the defined values; None if there are none."""
    known = [float(value) for value in values if value is not None and np.isfinite(value)]
    return sum(known) / len(known) if known else None


def _column_means(values: np.ndarray) -> np.ndarray:
    """Means over the golds for which a rate is defined; NaN if there are none."""
    defined = np.isfinite(values).all(1)
    return values[defined].mean(0) if defined.any() else np.full(values.shape[1], np.nan)
