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
    return _combined(fmean(values) - fmean(references), [_error(values), _error(references)])


def jackknife_interval(values: Sequence[float], without_one: Sequence[float]) -> Interval | None:
    """Mean of the values, with its 95 % interval over these values and over the golds that they are compared with.

    Args:
        values: a distance to the golds, one per unlearning seed.
        without_one: the mean distance without gold k, for every k; fewer than two give no part of the interval.
    """
    if not values:
        return None
    count = len(without_one)
    of_golds = ((count - 1) ** 2 / count * variance(without_one), count - 1) if count > 1 else None
    return _combined(fmean(values), [_error(values), of_golds])


def _error(values: Sequence[float]) -> tuple[float, int] | None:
    """Squared standard error of the mean and its degrees of freedom; None for a single value."""
    return (variance(values) / len(values), len(values) - 1) if len(values) > 1 else None


def _combined(mean: float, errors: Sequence[tuple[float, int] | None]) -> Interval:
    """The 95 % interval of a sum of independent parts (Welch and Satterthwaite); unknown parts count as exact."""
    known = [error for error in errors if error is not None]
    if not known:
        return Interval(mean, None, None)
    square = sum(error for error, _ in known)
    if square == 0:
        return Interval(mean, mean, mean)
    degrees = square**2 / sum(error**2 / degrees for error, degrees in known)
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
