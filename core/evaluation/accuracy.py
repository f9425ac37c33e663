"""Accuracies of one model, their gap to gold, and the spread of the golds. Needs tables only, no torch.

FA, RA: accuracy on the forget and the retain set (training images). TA: on the whole test set. FA_test, RA_test: on the
test images of the forgotten classes (of the sub-classes, for a sub-class request) and on the other test images.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

Accuracies = dict[str, float | None]

GAP = ("FA", "RA", "TA")
GAP_TEST = ("FA_test", "RA_test", "TA")


def with_forget(table: pd.DataFrame, forget_ids: Sequence[int]) -> pd.DataFrame:
    """A model's table with the split ``train`` told apart into ``forget`` and ``retain``."""
    train = table["split"] == "train"
    forget = table["index"].isin(forget_ids)
    split = table["split"].mask(train & forget, "forget").mask(train & ~forget, "retain")
    return table.assign(split=split)


def accuracies(samples: pd.DataFrame, by: str = "label") -> Accuracies:
    """The five accuracies of one model.

    Args:
        samples: rows of one model with the splits forget, retain and test.
        by: ``label``, or ``subclass`` for a sub-class request: what FA_test and RA_test go by.

    Returns:
        Fractions; FA_test and RA_test are None where the forget set touches every class.
    """
    right = samples["prediction"] == samples["label"]
    split = samples["split"]
    touched = samples[by].isin(samples[by][split == "forget"].unique())
    test = split == "test"
    groups = {
        "FA": split == "forget",
        "RA": split == "retain",
        "TA": test,
        "FA_test": test & touched,
        "RA_test": test & ~touched,
    }
    found: Accuracies = {name: float(right[rows].mean()) if rows.any() else None for name, rows in groups.items()}
    if found["RA_test"] is None:
        found["FA_test"] = None
    return found


def mean_accuracies(models: Sequence[Mapping[str, float | None]]) -> Accuracies:
    """The mean of several models' accuracies, metric by metric; None where any has none."""
    names = models[0] if models else ()
    values = {name: [model[name] for model in models] for name in names}
    return {n: None if any(v is None for v in vs) else sum(vs) / len(vs) for n, vs in values.items()}


def gap(
    model: Mapping[str, float | None], golds: Sequence[Mapping[str, float | None]], names: Sequence[str] = GAP
) -> Accuracies | None:
    """Absolute differences to the mean gold, metric by metric, and their average; None without gold."""
    if not golds:
        return None
    mean = mean_accuracies(golds)
    return _averaged({name: _difference(model[name], mean[name]) for name in names})


def gold_spread(golds: Sequence[Mapping[str, float | None]], names: Sequence[str] = GAP) -> Accuracies | None:
    """The noise floor: mean over k of the absolute difference between gold k and the mean of the other golds.

    None for fewer than two golds. Nothing below it is called a difference.
    """
    if len(golds) < 2:
        return None
    each = [gap(one, [other for other in golds if other is not one], names) for one in golds]
    return _averaged(mean_accuracies([one for one in each if one is not None]))


def class_accuracies(samples: pd.DataFrame, split: str, by: str = "label") -> dict[str, float]:
    """Accuracy of one model per class (or sub-class) on one split, by the id as text."""
    rows = samples[samples["split"] == split]
    right = (rows["prediction"] == rows["label"]).groupby(rows[by]).mean()
    return {str(name): float(value) for name, value in right.items()}


def _difference(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else abs(one - other)


def _averaged(values: Accuracies) -> Accuracies:
    each = {name: value for name, value in values.items() if name != "average"}
    known = [value for value in each.values() if value is not None]
    average = sum(known) / len(known) if len(known) == len(each) else None
    return {"average": average, **each}
