"""Differences between runs: settings and predictions. No torch."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.specs import RunSpec
from core.specs.base import digest
from core.specs.codec import all_settings

SEEDS = ("model.seed", "unlearn_seed", "gold_seeds")
ABSENT = "–"
COLUMNS = ["index", "split_1", "split_2", "label", "prediction_1", "prediction_2", "probability_1", "probability_2"]


def without_seeds(spec: RunSpec) -> str:
    """A digest of the settings that is equal for runs that differ only in seeds."""
    return digest({name: value for name, value in all_settings(spec).items() if name not in SEEDS})


def spec_differences(specs: Mapping[str, RunSpec]) -> pd.DataFrame:
    """The settings in which runs differ.

    Args:
        specs: by the name of the run.

    Returns:
        One row per setting that differs: setting, then a column per run with the value as text (``ABSENT`` if the run
        has no such setting). Empty if no setting differs.
    """
    each = {name: all_settings(spec) for name, spec in specs.items()}
    names = dict.fromkeys(setting for values in each.values() for setting in values)
    rows = [{"setting": n, **{run: _text(values.get(n, ABSENT)) for run, values in each.items()}} for n in names]
    differ = [row for row in rows if len({row[run] for run in each}) > 1]
    return pd.DataFrame(differ, columns=["setting", *specs])


def _text(value: Any) -> str:
    return ", ".join(map(_text, value)) if isinstance(value, list) else str(value)


def image_differences(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Predictions of two unlearned models on the same images, the most changed first.

    Args:
        one, other: index, split, label, prediction, probability (of the label); one row per image.

    Returns:
        ``COLUMNS``, change (of the label's probability, second minus first) and flipped (the predictions
        differ), sorted by the absolute change.
    """
    table = one.merge(other.drop(columns="label"), on="index", suffixes=("_1", "_2"), validate="one_to_one")[COLUMNS]
    table["change"] = table["probability_2"] - table["probability_1"]
    table["flipped"] = table["prediction_1"] != table["prediction_2"]
    largest = table["change"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[largest].reset_index(drop=True)


def flips(differences: pd.DataFrame) -> pd.DataFrame:
    """Number of flipped predictions per split: split (in the first run), flipped, images.

    Args:
        differences: of ``image_differences``.
    """
    by_split = differences.groupby("split_1", sort=True)["flipped"]
    return by_split.agg(flipped="sum", images="size").rename_axis("split").reset_index()
