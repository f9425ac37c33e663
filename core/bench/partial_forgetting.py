"""Where forgetting is hard: part of a class (noisy digits) and sub-classes (digit families), by every method.

The average gap does not show the harm, the test accuracy of the class does: it stands beside FA.
"""

from statistics import mean
from typing import Any

from core.bench.table import finished, print_rows
from core.specs import METHODS, make_spec
from core.store import Store

HEAD = ("method", "FA", "gold FA", "mean abs(FA - gold)", "FA_test before", "FA_test", "FA_test gold", "gap", "spread")
TASKS = (
    ("digits-noisy", "class={}:30%", (1, 2, 3)),
    ("digits-families", "subclass={}", (1, 2, 3, 4, 5)),
)
PAPER = {"variant": "paper"}


def measure(store: Store) -> None:
    """Prints, per task and method, means over the ten digits."""
    methods: list[tuple[str, str, dict[str, Any]]] = [(name, name, {}) for name in METHODS]
    methods.insert(list(METHODS).index("mu-mis") + 1, ("mu-mis, paper", "mu-mis", PAPER))
    for dataset, request, seeds in TASKS:
        print(f"\n{dataset}, {request.format('c')}, means over ten digits, golds {seeds[0]} to {seeds[-1]}")
        rows = []
        for title, method, settings in methods:
            specs = [
                make_spec(dataset, request.format(c), method, gold_seeds=seeds, settings=settings) for c in range(10)
            ]
            rows.append((title, *_means([finished(store, spec) for spec in specs])))
        print_rows(HEAD, rows)


def _means(results: list[dict[str, Any]]) -> tuple[float, ...]:
    each = []
    for result in results:
        found = result["accuracy"]
        golds = list(result.golds.values())
        gold_fa, gold_test = (mean(gold[name] for gold in golds) for name in ("FA", "FA_test"))
        own = found["unlearned"]
        each.append(
            (own["FA"], gold_fa, abs(own["FA"] - gold_fa), found["original"]["FA_test"], own["FA_test"], gold_test,
             result.gap, result.gold_spread)
        )  # fmt: skip
    return tuple(mean(column) for column in zip(*each, strict=True))
