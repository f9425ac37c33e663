"""The mean of a few runs or golds, and how well it is known. Needs no torch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from scipy.special import stdtrit

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % interval; ``low`` and ``high`` are None for a single value, which has no spread."""

    mean: float
    low: float | None
    high: float | None


def interval(values: Sequence[float]) -> Interval | None:
    """Mean and 95 % t interval, mean +- t(n - 1) * s / sqrt(n), of independent values; None where there are none.

    Student's t, not the normal 1.96: for three values the factor is 4.30. The limits are not cut off at 0 or 1: an
    interval that leaves the range of the metric says that there are too few values.
    """
    if not values:
        return None
    mean = fmean(values)
    if len(values) == 1:
        return Interval(mean, None, None)
    half = float(stdtrit(len(values) - 1, (1 + LEVEL) / 2)) * stdev(values) / math.sqrt(len(values))
    return Interval(mean, mean - half, mean + half)
