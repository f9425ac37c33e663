"""Compares all finished runs of one request with the golds, variant by variant. No torch.

A variant is a method with its settings; runs of one variant differ only in the unlearning seed. The catalogue defines
which metrics are compared. Accuracies have a signed difference: value minus mean gold. Distances have no sign, and
their noise floor is the distance of a gold from the other golds. Intervals are over golds and unlearning seeds, for the
request's one original. Older results lack some metrics.
"""

from collections.abc import Callable, Iterable, Sequence
from statistics import mean
from typing import Any, NamedTuple

import pandas as pd

from core.analysis.intervals import Interval, difference_interval, jackknife_interval
from core.analysis.metric_values import metric_value, noise_floor, without_each_gold
from core.metrics.accuracy import gold_spread, tug_of_war
from core.metrics.catalogue import METRICS, distance_keys, signed_keys
from core.results import Result
from core.specs import METHODS
from core.specs.sweep import variant_label

WITHIN, UNKNOWN = "within gold spread", "spread unknown"
ROUNDING = 1e-9  # equal fractions may differ in their last bits
NOTHING = METHODS["none"].title
COLUMNS = ["method", "track", "run", "runs", "metric", "value", "gold", "difference", "low", "high", "floor"]


class Variant(NamedTuple):
    """A method with its settings, and its runs, which differ only in the unlearning seed."""

    name: str
    track: str  # data the method may see: nothing, forget (the forget set only), retain (other data, too)
    role: str  # of the variant's model in its results
    run: str  # the first run; empty for "do nothing" if it was not run
    results: list[Result]

    def mean(self, number: Callable[[Result], float | None]) -> float | None:
        """Mean of a number over the runs; None if a run lacks it."""
        values = _complete(number(result) for result in self.results)
        return None if values is None else mean(values)


def variants_of(results: Sequence[Result]) -> list[Variant]:
    """The runs grouped by variant: "do nothing" (the original) first, then by average gap, the smallest first."""
    found: dict[str, Variant] = {NOTHING: Variant(NOTHING, "nothing", "original", "", [])}
    for result in results:
        method = result.spec.method
        track = "retain" if method.needs - {"forget"} else "forget"
        name = variant_label(method)
        found.setdefault(name, Variant(name, track, "unlearned", result.run, [])).results.append(result)
    nothing = found.pop(NOTHING)
    idle = nothing.results
    nothing = nothing._replace(run=idle[0].run) if idle else nothing._replace(results=[results[0]])
    return [nothing, *sorted(found.values(), key=lambda variant: _average_gap(variant) or 0.0)]


def compare_variants(results: Sequence[Result]) -> pd.DataFrame:
    """One row per variant and metric; empty without gold.

    Args:
        results: ``result.json`` of finished runs of one request, at least one.

    Returns:
        Columns method (the variant's name), track, run, runs (how many), metric, value, gold (mean), difference (of the
        means; for a distance the value itself), low and high (its 95 % interval over golds and unlearning seeds, null
        for one gold and one seed), floor (gold spread), verdict.
    """
    rows = []
    for variant in variants_of(results):
        first = variant.results[0]
        references = [_signed(first, role) for role in first.golds]
        spread = gold_spread(references, signed_keys()) or {}
        for name in signed_keys():
            values = _complete(metric_value(result, variant.role, name) for result in variant.results)
            of_golds = _complete(gold[name] for gold in references)
            if values and of_golds and (found := difference_interval(values, of_golds)):
                rows.append(_row(variant, name, mean(values), mean(of_golds), found, spread.get(name)))
        for name in distance_keys():
            values = _complete(metric_value(result, variant.role, name) for result in variant.results)
            parts = [without_each_gold(result, variant.role, name) for result in variant.results]
            without_one = [mean(column) for column in zip(*parts, strict=True)]
            if values and (found := jackknife_interval(values, without_one)):
                rows.append(_row(variant, name, mean(values), None, found, noise_floor(first, name)))
    table = pd.DataFrame(rows, columns=COLUMNS)
    numbers = ["value", "gold", "difference", "low", "high", "floor"]
    table[numbers] = table[numbers].astype(float)
    cells = zip(table["metric"], table["difference"], table["floor"], strict=True)
    return _with_average(table.assign(verdict=[classify_difference(*cell) for cell in cells]))


def _with_average(table: pd.DataFrame) -> pd.DataFrame:
    """An average gap within the gold spread is not within it if an accuracy is outside of its own; names these."""
    outside = table[table["metric"].isin(signed_keys()) & ~table["verdict"].isin([WITHIN, UNKNOWN])]
    table = table.copy()
    for method, names in outside.groupby("method")["metric"]:
        hidden = (table["method"] == method) & (table["metric"] == "gap") & (table["verdict"] == WITHIN)
        table.loc[hidden, "verdict"] = f"apart from gold in {', '.join(names)}"
    return table


def overview(results: Sequence[Result]) -> pd.DataFrame:
    """One row per variant: the table of all methods.

    Returns:
        Columns method, track, runs, gap, within (whether the gap and all accuracies are within their gold spread),
        difference of every metric to gold, tug_of_war, steps, seconds (of unlearning), time_ratio (to one retraining),
        run.
    """
    table = compare_variants(results)
    if table.empty:
        return pd.DataFrame(columns=["method", "track", "runs", "gap", "within", "time_ratio", "run"])
    order = [name for name in (*signed_keys(), *distance_keys()) if name in set(table["metric"])]
    wide = table.pivot(index="method", columns="metric", values="difference")[order]
    head = table.drop_duplicates("method").set_index("method")[["track", "runs", "run"]]
    gaps = table[table["metric"] == "gap"].set_index("method")
    costs = pd.DataFrame.from_dict(
        {variant.name: _costs(variant) for variant in variants_of(results)}, orient="index", dtype=float
    )
    both = head.join(wide).assign(within=gaps["verdict"] == WITHIN).join(costs)
    front = ["track", "runs", "gap", "within"]
    return both[[*front, *(name for name in both if name not in (*front, "run")), "run"]].reset_index()


def classify_difference(metric: str, difference: float, spread: float) -> str:
    """A difference to gold in words: within the gold spread (noise), or which side of gold."""
    if pd.isna(spread):
        return UNKNOWN
    if abs(difference) <= spread + ROUNDING:
        return WITHIN
    about = METRICS[metric]
    if not about.signed:
        return "apart from gold"
    below, above = ("over-forgotten", "under-forgotten") if about.forgetting else ("below gold", "above gold")
    return above if difference > 0 else below


def _signed(result: Result, role: str) -> dict[str, float | None]:
    return {name: metric_value(result, role, name) for name in signed_keys()}


def _complete(values: Iterable[float | None]) -> list[float] | None:
    """The values; None if one is missing."""
    found = []
    for value in values:
        if value is None:
            return None
        found.append(value)
    return found


def _average_gap(variant: Variant) -> float | None:
    return variant.mean(lambda result: metric_value(result, variant.role, "gap"))


def _row(
    variant: Variant, metric: str, value: float, gold: float | None, found: Interval, noise_floor: float | None
) -> tuple[Any, ...]:
    head = variant.name, variant.track, variant.run, len(variant.results), metric
    return *head, value, gold, found.mean, found.low, found.high, noise_floor


def _costs(variant: Variant) -> dict[str, float | None]:
    """Means over the variant's runs; doing nothing takes no time."""
    tug = variant.mean(lambda result: tug_of_war(result.accuracy[variant.role], list(result.golds.values())))
    if variant.track == "nothing":
        return {"tug_of_war": tug, "steps": 0, "seconds": 0, "time_ratio": 0}
    return {
        "tug_of_war": tug,
        "steps": variant.mean(lambda result: result.steps),
        "seconds": variant.mean(lambda result: result.unlearn_seconds),
        "time_ratio": variant.mean(lambda result: result.time_ratio),
    }
