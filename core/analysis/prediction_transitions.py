"""What the forget images are taken for, before and after. Needs tables only, no torch."""

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
    """Where the forget images go: from the original's prediction to that of the unlearned model, and to gold's.

    Args:
        samples: split, index, role, prediction of every model.

    Returns:
        One row per pair of classes that occurs: before, after, and the share of all forget images that goes this way in
        unlearned and in gold (mean; gold_low and gold_high: smallest and largest of a gold, all null without gold).
        The largest flows first.
    """
    taken = predictions(samples[samples["split"] == "forget"])
    after = [role for role in taken if role == "unlearned" or is_gold(role)]
    shares = {role: taken.groupby(["original", role]).size() / len(taken) for role in after}
    table = pd.DataFrame(shares).fillna(0.0).rename_axis(["before", "after"])
    golds = table.drop(columns="unlearned")
    table = table[["unlearned"]].assign(
        gold=golds.mean(axis=1), gold_low=golds.min(axis=1), gold_high=golds.max(axis=1)
    )
    largest = table[["unlearned", "gold"]].max(axis=1).sort_values(ascending=False, kind="stable").index
    return table.loc[largest].reset_index()[COLUMNS]


def flow_difference(flow: pd.DataFrame) -> float:
    """Share of the forget images that would have to go elsewhere for the two flows to be the same: half the sum of the
    absolute differences (total variation). Null without gold."""
    return float((flow["unlearned"] - flow["gold"]).abs().sum(skipna=False) / 2)
