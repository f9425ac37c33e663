"""Predictions on the forget images before and after unlearning. No torch."""

import pandas as pd

from core.roles import is_gold

COLUMNS = ["before", "after", "unlearned", "gold", "gold_low", "gold_high"]


def predictions(samples: pd.DataFrame) -> pd.DataFrame:
    """One row per image (its id), one column per role: the predicted class.

    Args:
        samples: index, role, prediction.
    """
    return samples.pivot(index="index", columns="role", values="prediction")


def prediction_flow(samples: pd.DataFrame) -> pd.DataFrame:
    """Transitions on the forget set: from the original's prediction to that of the unlearned model, and to gold's.

    Args:
        samples: split, index, role, prediction of every model.

    Returns:
        One row per pair of classes that occurs, the most frequent first: before, after, and its share of the forget
        images in unlearned and in gold (mean over golds; gold_low and gold_high: minimum and maximum; all null without
        gold).
    """
    predicted = predictions(samples[samples["split"] == "forget"])
    after = [role for role in predicted if role == "unlearned" or is_gold(role)]
    shares = {role: predicted.groupby(["original", role]).size() / len(predicted) for role in after}
    table = pd.DataFrame(shares).fillna(0.0).rename_axis(["before", "after"])
    golds = table.drop(columns="unlearned")
    table = table[["unlearned"]].assign(
        gold=golds.mean(axis=1), gold_low=golds.min(axis=1), gold_high=golds.max(axis=1)
    )
    largest = table[["unlearned", "gold"]].max(axis=1).sort_values(ascending=False, kind="stable").index
    return table.loc[largest].reset_index()[COLUMNS]


def flow_difference(flow: pd.DataFrame) -> float:
    """Total variation between unlearned and gold, half the sum of the absolute differences: the share of the forget
    images that would need another prediction to match gold. Null without gold."""
    return float((flow["unlearned"] - flow["gold"]).abs().sum(skipna=False) / 2)
