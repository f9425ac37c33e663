"""Confidence intervals of means over a few runs or golds. No torch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev, variance

import numpy as np
import pandas as pd
from scipy.special import stdtrit

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % interval; ``low`` and ``high`` are None for a single value."""

    mean: float
    low: float | None
    high: float | None


def interval(values: Sequence[float]) -> Interval | None:
    """Mean and 95 % t interval, mean +- t(n - 1) * s / sqrt(n), of independent values; None for no values.

    Student's t, not the normal 1.96: for three values the factor is 4.30. The limits are not clipped to 0 and 1: an
    interval beyond the range of the metric shows that there are too few values.
    """
    if not values:
        return None
    mean = fmean(values)
    if len(values) == 1:
        return Interval(mean, None, None)
    half = float(stdtrit(len(values) - 1, (1 + LEVEL) / 2)) * stdev(values) / math.sqrt(len(values))
    return Interval(mean, mean - half, mean + half)


def difference_interval(values: Sequence[float], references: Sequence[float]) -> Interval | None:
    """Mean of the values minus mean of the references, with its 95 % interval by Welch's t (unequal variances).

    A side with a single value counts as exact: the interval is then over the other side alone. None if a side is empty;
    no limits if both sides are single values.
    """
    if not values or not references:
        return None
    mean = fmean(values) - fmean(references)
    errors = [(variance(side) / len(side), len(side) - 1) for side in (values, references) if len(side) > 1]
    if not errors:
        return Interval(mean, None, None)
    square = sum(error for error, _ in errors)
    if square == 0:
        return Interval(mean, mean, mean)
    degrees = square**2 / sum(error**2 / degrees for error, degrees in errors)
    half = float(stdtrit(degrees, (1 + LEVEL) / 2)) * math.sqrt(square)
    return Interval(mean, mean - half, mean + half)


def cluster_interval(values: Sequence[float], groups: Sequence[int], draws: int = 10_000) -> tuple[float, float]:
    """95 % bootstrap interval (percentiles, seeded) of the mean, over groups of values that are not independent.

    Args:
        groups: one per value; a group is drawn with all its values.
    """
    members = pd.Series(values).groupby(list(groups)).agg(["sum", "size"]).to_numpy(dtype=float)
    drawn = np.random.default_rng(0).integers(0, len(members), (draws, len(members)))
    total, size = np.moveaxis(members[drawn].sum(1), 1, 0)
    means = total / size
    low, high = np.percentile(means, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return float(low), float(high)
