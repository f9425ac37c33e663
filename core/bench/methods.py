"""All methods, by every way of running them, on one part of a class and on one whole class: five golds, three seeds.

Distances are to the mean gold, with 95 % intervals over the unlearning seeds and golds (Welch) or seeds (t).
"""

from collections.abc import Callable, Sequence
from typing import Any

from core.analysis.intervals import Interval, difference_interval, interval
from core.bench.table import finished, print_rows
from core.roles import only_golds
from core.specs import make_spec
from core.specs.sweep import suitable_runs, variant_label
from core.store import Store

REQUESTS = ("class=3:30%", "class=3")
GOLDS, SEEDS = (1, 2, 3, 4, 5), (0, 1, 2)
SIGNED = ("FA", "TA", "FA_test")
HEAD = ("method", *(f"{name} - gold" for name in SIGNED), "gap", "KL to gold", "agreement", "steps", "retrainings")


def measure(store: Store) -> None:
    """Prints a row per way of a method, and the golds' own distances as the floor."""
    for request in REQUESTS:
        spec = make_spec("digits-noisy", request, gold_seeds=GOLDS)
        every = {
            variant_label(way.method): [finished(store, way.replace(unlearn_seed=seed)) for seed in SEEDS]
            for way in suitable_runs(spec)
        }
        print(f"\ndigits-noisy, {request}, golds {GOLDS[0]} to {GOLDS[-1]}, unlearning seeds {SEEDS[0]} to {SEEDS[-1]}")
        print_rows(
            HEAD, [*(_row(name, results) for name, results in every.items()), _floor(next(iter(every.values())))]
        )


def _row(name: str, results: Sequence[dict[str, Any]]) -> tuple[Any, ...]:
    differences = [
        difference_interval([r["accuracy"]["unlearned"][key] for r in results], _golds(results[0], key))
        for key in SIGNED
    ]
    means = [
        interval([number(result) for result in results])
        for number in (
            lambda r: r["gap"]["average"],
            lambda r: r["outputs"]["unlearned"]["kl"],
            lambda r: r["outputs"]["unlearned"]["agreement"],
        )
    ]
    steps, cost = _mean(results, lambda r: r["steps"]), _mean(results, _retrainings)
    return name, *map(_said, [*differences, *means]), f"{steps:.0f}", f"{cost:.2f}"


def _floor(results: Sequence[dict[str, Any]]) -> tuple[Any, ...]:
    """Gold against the other golds: nothing below it is a difference."""
    spread = results[0]["gold_spread"]
    outputs = list(only_golds(results[0]["outputs"]).values())
    between = [_said(interval([values[key] for values in outputs])) for key in ("kl", "agreement")]
    known = [spread.get("FA"), spread.get("TA"), None, spread["average"]]
    return "gold spread", *("-" if value is None else f"{value:.3f}" for value in known), *between, "-", "1"


def _golds(result: dict[str, Any], key: str) -> list[float]:
    return [values[key] for values in result.golds.values()]


def _retrainings(result: dict[str, Any]) -> float:
    golds = result["seconds"]["gold"]
    return result["seconds"]["unlearn"] / (sum(golds) / len(golds))


def _mean(results: Sequence[dict[str, Any]], number: Callable[[dict[str, Any]], float]) -> float:
    return sum(map(number, results)) / len(results)


def _said(found: Interval | None) -> str:
    if found is None:
        return "-"
    return f"{found.mean:.3f}" + ("" if found.low is None else f" ({found.low:.3f} to {found.high:.3f})")
