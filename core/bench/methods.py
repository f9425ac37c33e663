"""All variants of all methods on a part of a class and on a whole class, with five golds and three originals.

Distances are to the mean gold, with 95 % intervals over golds and originals, each with its own unlearning seed: Welch's
for signed differences, with a jackknife over the golds for distances. They hold for this request.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from statistics import mean

from core.analysis.intervals import Interval, difference_interval, interval, jackknife_interval
from core.analysis.metric_values import without_each_gold
from core.bench.runs import Runs, required
from core.bench.table import Cell, Part, Table
from core.results import Result
from core.roles import only_golds
from core.specs import RunSpec, make_spec
from core.specs.sweep import suitable_runs, variant_label

DATA, REQUESTS = ("mnist-5k-worn", "digits-noisy"), ("class=3:30%", "class=3")
GOLDS = (1, 2, 3, 4, 5)
SEEDS = {0: 0, 1: 6, 2: 7}  # unlearning seed -> seed of the original
SIGNED = ("FA", "TA", "FA_test")
HEAD = ("method", *(f"{name} - gold" for name in SIGNED), "gap", "KL to gold", "agreement", "steps", "retrainings")


def measure(runs: Runs) -> Iterator[Part]:
    """A row per variant of a method, and the golds' own distances as the noise floor."""
    originals = ", ".join(map(str, SEEDS.values()))
    for name, request in product(DATA, REQUESTS):
        spec = make_spec(name, request, gold_seeds=GOLDS)
        title = f"{name}, {request}, golds {GOLDS[0]} to {GOLDS[-1]}, originals {originals}"
        yield Table(title, HEAD, _rows(runs, spec))


def _rows(runs: Runs, spec: RunSpec) -> Iterator[Sequence[Cell]]:
    results: list[Result] = []
    for variant in suitable_runs(spec):
        results = [
            runs.result(variant.replace(unlearn_seed=seed, model=variant.model.replace(seed=original)))
            for seed, original in SEEDS.items()
        ]
        yield _row(variant_label(variant.method), results)
    yield _noise_floor(results)  # the golds are the same for all


def _row(name: str, results: Sequence[Result]) -> Sequence[Cell]:
    differences = [
        difference_interval([required(r.unlearned[key]) for r in results], _golds(results[0], key)) for key in SIGNED
    ]
    outputs = [result["outputs"]["unlearned"] for result in results]
    distances = {"gap": [required(result.gap) for result in results]}
    distances |= {key: [values[key] for values in outputs] for key in ("kl", "agreement")}
    means = [jackknife_interval(values, _without_each_gold(results, key)) for key, values in distances.items()]
    steps, cost = mean(r.steps for r in results), mean(required(r.time_ratio) for r in results)
    return name, *map(_text, [*differences, *means]), f"{steps:.0f}", f"{cost:.2f}"


def _without_each_gold(results: Sequence[Result], key: str) -> list[float]:
    """A distance without gold k, mean over the results, for every k."""
    parts = [without_each_gold(result, "unlearned", key) for result in results]
    return [mean(column) for column in zip(*parts, strict=True)]


def _noise_floor(results: Sequence[Result]) -> Sequence[Cell]:
    """The gold spread: smaller differences are noise."""
    spread = results[0]["gold_spread"]
    outputs = list(only_golds(results[0]["outputs"]).values())
    between = [_text(interval([values[key] for values in outputs])) for key in ("kl", "agreement")]
    known = [spread.get("FA"), spread.get("TA"), None, spread["average"]]
    return "gold spread", *("-" if value is None else f"{value:.3f}" for value in known), *between, "-", "1"


def _golds(result: Result, key: str) -> list[float]:
    return [required(values[key]) for values in result.golds.values()]


def _text(found: Interval | None) -> str:
    if found is None:
        return "-"
    return f"{found.mean:.3f}" + ("" if found.low is None else f" ({found.low:.3f} to {found.high:.3f})")
