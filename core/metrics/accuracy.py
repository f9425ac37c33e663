"""Accuracies of one model, their gap to gold, and the spread of the golds. No torch.

FA, RA: accuracy on the forget and the retain set (training images). TA: on the whole test set. FA_test, RA_test: on the
test images of the forgotten classes (sub-classes, for a sub-class request) and on the other test images, without the
classes touched by earlier requests of a sequence.
"""

import math
from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from core.roles import only_golds

Accuracies = dict[str, float | None]

ACCURACY_SPLITS = {"FA": "forget", "RA": "retain", "TA": "test"}  # the split that each is measured on
GAP = tuple(ACCURACY_SPLITS)
GAP_TEST = ("FA_test", "RA_test", "TA")


def with_forget(table: pd.DataFrame, forget_ids: Collection[int], removed_ids: Collection[int] = ()) -> pd.DataFrame:
    """A model's table with the split ``train`` divided into ``forget`` and ``retain``.

    Args:
        removed_ids: images of earlier requests; their split becomes ``forgotten``.
    """
    train = table["split"] == "train"
    removed, forget = (table["index"].isin(ids) for ids in (removed_ids, forget_ids))
    split = table["split"].mask(train, "retain").mask(train & removed, "forgotten").mask(train & forget, "forget")
    return table.assign(split=split)


def accuracies(samples: pd.DataFrame, by: str = "label") -> Accuracies:
    """The five accuracies of one model.

    Args:
        samples: rows of one model with the splits forget, retain, test and, in a sequence, forgotten.
        by: ``label``, or ``subclass`` for a sub-class request; defines the classes of FA_test and RA_test.

    Returns:
        Fractions; FA_test and RA_test are None if this and earlier forget sets touch every class.
    """
    right = samples["prediction"] == samples["label"]
    split = samples["split"]
    touched, before = (samples[by].isin(samples[by][split == name].unique()) for name in ("forget", "forgotten"))
    test = split == "test"
    groups = {
        "FA": split == "forget",
        "RA": split == "retain",
        "TA": test,
        "FA_test": test & touched,
        "RA_test": test & ~touched & ~before,
    }
    found: Accuracies = {name: float(right[rows].mean()) if rows.any() else None for name, rows in groups.items()}
    if found["RA_test"] is None:
        found["FA_test"] = None
    return found


def gap(
    model: Mapping[str, float | None], golds: Sequence[Mapping[str, float | None]], names: Sequence[str] = GAP
) -> Accuracies | None:
    """Absolute difference to the mean gold per metric, and their average; None without gold."""
    return _gap(model, golds, names) if golds else None


def tug_of_war(
    model: Mapping[str, float | None], golds: Sequence[Mapping[str, float | None]], names: Sequence[str] = GAP
) -> float | None:
    """Product over the metrics of 1 - absolute difference to the mean gold: 1 is best (https://arxiv.org/abs/2406.01257).

    None without gold. Unlike in the average gap, a lost metric cannot be compensated by the others.
    """
    if not golds:
        return None
    found = _gap(model, golds, names)
    each = [found[name] for name in names]
    return None if None in each else math.prod(1 - value for value in each if value is not None)


def gold_spread(golds: Sequence[Mapping[str, float | None]], names: Sequence[str] = GAP) -> Accuracies | None:
    """The noise floor: mean over k of the absolute difference between gold k and the mean of the other golds.

    None for fewer than two golds. Differences smaller than their spread are noise.
    """
    if len(golds) < 2:
        return None
    gaps = [_gap(one, [*golds[:k], *golds[k + 1 :]], names) for k, one in enumerate(golds)]
    return {name: mean_or_none([each[name] for each in gaps]) for name in ("average", *names)}


def class_accuracies(samples: pd.DataFrame, split: str, by: str = "label") -> dict[str, float]:
    """Accuracy of one model per class (or sub-class) on one split; keys are ids as text."""
    rows = samples[samples["split"] == split]
    right = (rows["prediction"] == rows["label"]).groupby(rows[by]).mean()
    return {str(name): float(value) for name, value in right.items()}


def _gap(
    model: Mapping[str, float | None], golds: Sequence[Mapping[str, float | None]], names: Sequence[str]
) -> Accuracies:
    found: Accuracies = {}
    for name in names:
        own, mean = model.get(name), mean_or_none([gold.get(name) for gold in golds])
        found[name] = None if own is None or mean is None else abs(own - mean)
    return {"average": mean_or_none(list(found.values())), **found}


def mean_or_none(values: Sequence[float | None]) -> float | None:
    """The mean; None if any value is None."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) else None


def comparison(found: Mapping[str, Accuracies]) -> pd.DataFrame:
    """One row per model with its average gap to the mean gold; a gold's gap is to the other golds.

    Args:
        found: role -> accuracies; the row of the original is "do nothing".

    Returns:
        Columns role, FA, RA, TA, FA_test, RA_test, gap; fractions, null if not defined.
    """
    golds = only_golds(found)
    rows = []
    for role, values in found.items():
        others = [gold for name, gold in golds.items() if name != role]
        distance = gap(values, others)
        rows.append({"role": role, **values, "gap": distance and distance["average"]})
    return pd.DataFrame(rows)
