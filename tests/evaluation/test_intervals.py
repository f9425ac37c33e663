import numpy as np
import pytest
from scipy import stats

from core.evaluation.intervals import Interval, interval


@pytest.mark.parametrize("count", [2, 3, 5, 30])
def test_against_scipy(count: int):
    values = np.random.default_rng(count).normal(0.7, 0.1, count)
    found = interval(values.tolist())
    low, high = stats.t.interval(0.95, count - 1, loc=values.mean(), scale=stats.sem(values))
    assert (found.mean, found.low, found.high) == pytest.approx((values.mean(), low, high))


def test_the_widths_of_the_literature():
    # A standard deviation of 0.42 gives half-widths of 1.04 for three values and 0.52 for five.
    three, five = interval([-0.42, 0.0, 0.42]), interval([0.42 * x for x in (-1, -1, 0, 1, 1)])
    assert three.high == pytest.approx(1.04, abs=0.005)
    assert five.high == pytest.approx(0.52, abs=0.005)


def test_one_value_has_no_spread_and_none_has_no_mean():
    assert interval([0.5]) == Interval(0.5, None, None)
    assert interval([]) is None
