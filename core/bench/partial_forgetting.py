"""All methods on parts of a class and on sub-classes of digits, where forgetting is hard.

The average gap does not show the damage, but the test accuracy of the class does, so the table has both.
"""

from collections.abc import Iterator, Sequence
from statistics import mean
from typing import Any

from core.bench.runs import Runs, required
from core.bench.table import Cell, Part, Table
from core.results import Result
from core.specs import METHODS, make_spec

HEAD = ("method", "FA", "gold FA", "mean abs(FA - gold)", "FA_test before", "FA_test", "FA_test gold", "gap", "spread")
TASKS = (
    ("mnist-5k-worn", "class={}:30%", (1, 2, 3)),
    ("mnist-5k-families", "subclass={}", (1, 2, 3, 4, 5)),
    ("digits-noisy", "class={}:30%", (1, 2, 3)),
    ("digits-families", "subclass={}", (1, 2, 3, 4, 5)),
)
PAPER = {"variant": "paper"}


def measure(runs: Runs) -> Iterator[Part]:
    """A table per task: one row per method, means over the ten digits."""
    methods: list[tuple[str, str, dict[str, Any]]] = [(name, name, {}) for name in METHODS]
    for name in ("mu-mis", "tmu"):
        place = [title for title, *_ in methods].index(name) + 1
        methods.insert(place, (f"{name}, paper", name, PAPER))
    for dataset, request, seeds in TASKS:
        title = f"{dataset}, {request.format('c')}, means over ten digits, golds {seeds[0]} to {seeds[-1]}"
        yield Table(title, HEAD, _rows(runs, dataset, request, seeds, methods))


def _rows(
    runs: Runs, dataset: str, request: str, seeds: tuple[int, ...], methods: Sequence[tuple[str, str, dict[str, Any]]]
) -> Iterator[Sequence[Cell]]:
    for title, method, settings in methods:
        specs = [make_spec(dataset, request.format(c), method, gold_seeds=seeds, settings=settings) for c in range(10)]
        yield title, *_means([runs.result(spec) for spec in specs])


def _means(results: list[Result]) -> tuple[float, ...]:
    each = []
    for result in results:
        golds = list(result.golds.values())
        gold_fa, gold_test = (mean(required(gold[name]) for gold in golds) for name in ("FA", "FA_test"))
        own = {name: required(result.unlearned[name]) for name in ("FA", "FA_test")}
        each.append(
            (own["FA"], gold_fa, abs(own["FA"] - gold_fa), required(result.original["FA_test"]), own["FA_test"],
             gold_test, required(result.gap), required(result.gold_spread))
        )  # fmt: skip
    return tuple(mean(column) for column in zip(*each, strict=True))
