import numpy as np
import pytest
from scipy import stats

from core.analysis.intervals import Interval, cluster_interval, difference_interval, interval, jackknife_interval


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


@pytest.mark.parametrize(("count", "references"), [(2, 3), (3, 5), (20, 4)])
def test_differences_against_scipy(count: int, references: int):
    rng = np.random.default_rng(count)
    values, others = rng.normal(0.7, 0.1, count), rng.normal(0.5, 0.02, references)
    found = difference_interval(values.tolist(), others.tolist())
    low, high = stats.ttest_ind(values, others, equal_var=False).confidence_interval(0.95)  # Welch
    assert (found.mean, found.low, found.high) == pytest.approx((values.mean() - others.mean(), low, high))


def test_a_side_of_one_value_counts_as_exact():
    others = [0.5, 0.6, 0.8]
    found, shifted = difference_interval([0.9], others), interval([0.9 - other for other in others])
    assert (found.mean, found.low, found.high) == pytest.approx((shifted.mean, shifted.low, shifted.high))


def test_a_difference_of_single_values_has_no_limits_and_of_nothing_is_none():
    assert difference_interval([0.5], [0.25]) == Interval(0.25, None, None)
    assert difference_interval([0.5, 0.5], [0.25, 0.25]) == Interval(0.25, 0.25, 0.25)
    assert difference_interval([], [0.25]) is None
    assert difference_interval([0.25], []) is None


def test_bootstrap_over_groups_against_the_normal_approximation():
    assert cluster_interval([0.3, 0.3, 0.3], [0, 1, 2]) == pytest.approx((0.3, 0.3))
    values = np.random.default_rng(5).normal(0, 1, 200)
    low, high = cluster_interval(values, list(range(200)))
    # The normal approximation: mean and 1.96 standard errors, about 0.07 each.
    assert (low, high) == pytest.approx((values.mean() - 1.96 * 0.0707, values.mean() + 1.96 * 0.0707), abs=0.03)


def test_repeating_every_value_in_its_group_adds_no_knowledge():
    values = np.random.default_rng(5).normal(0, 1, 20)
    once = cluster_interval(values, list(range(20)))
    assert cluster_interval([*values, *values, *values], list(range(20)) * 3) == pytest.approx(once)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    golds = np.array([0.2, 0.5, 0.3, 0.6])
    without_one = [(golds.sum() - value) / 3 for value in golds]
    found = jackknife_interval([0.4], without_one)
    low, high = stats.t.interval(0.95, 3, loc=0.4, scale=stats.sem(golds))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_golds_and_seeds_both_widen_the_interval():
    seeds, without_one = [0.3, 0.4, 0.5], [0.35, 0.4, 0.45]
    found = jackknife_interval(seeds, without_one)
    assert found.mean == pytest.approx(0.4)
    square = np.var(seeds, ddof=1) / 3 + 2 / 3 * np.square(np.array(without_one) - 0.4).sum()
    degrees = square**2 / sum(part**2 / 2 for part in (0.01 / 3, square - 0.01 / 3))
    assert found.high - found.mean == pytest.approx(stats.t.ppf(0.975, degrees) * np.sqrt(square))
    assert jackknife_interval([0.4], []).low is None
    assert jackknife_interval([], without_one) is None
