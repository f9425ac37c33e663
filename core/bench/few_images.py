"""Forgets 1 to 20 images of a digit: how much accuracy does the digit lose? All methods with the matched stop.

Requests are drawn with a fixed seed. The stop was developed on the thirty requests of seed 1 and their golds.
"""

from collections.abc import Iterator, Sequence
from statistics import mean

import numpy as np

from core.bench.runs import Runs, required
from core.bench.table import Cell, Part, Table
from core.datasets import load_dataset
from core.results import Result
from core.specs import METHODS, MethodSpec, RunSpec, make_spec
from core.specs.sweep import variant_label, variants

DATA, SEED, REQUESTS, MAX_IMAGES = "digits-noisy", 2, 30, 20
GOLDS = (1, 2)
NEAR = 0.1  # maximum drop of the digit's test accuracy below gold's
HEAD = (
    "method", f"FA_test at most {NEAR} below gold's", "worst", "mean", "FA", "gold FA", "TA - gold", "without a step",
    "steps",
)  # fmt: skip


def measure(runs: Runs) -> Iterator[Part]:
    """A row per method."""
    title = f"{DATA}, {REQUESTS} requests of 1 to {MAX_IMAGES} images of one digit, seed {SEED}, golds 1 and 2"
    yield Table(title, HEAD, _rows(runs, requests()))


def requests() -> list[RunSpec]:
    """The run specs of Do nothing, one per request."""
    rng = np.random.default_rng(SEED)
    train = load_dataset(DATA).train
    drawn = []
    for _ in range(REQUESTS):
        size, digit = rng.integers(1, MAX_IMAGES + 1), rng.integers(10)
        ids = rng.choice(train.index[train.labels == digit], size, replace=False)
        drawn.append(make_spec(DATA, f"index={','.join(map(str, sorted(ids)))}", "none", gold_seeds=GOLDS))
    return drawn


def methods() -> list[MethodSpec]:
    """Do nothing, and every method with the matched stop."""
    return [
        method
        for kind in METHODS.values()
        for method in variants(kind)
        if method.name == "none" or "same-stop" in dict(method).values() or "scale-free" in dict(method).values()
    ]


def _rows(runs: Runs, drawn: Sequence[RunSpec]) -> Iterator[Sequence[Cell]]:
    for method in methods():
        yield _row(variant_label(method), [runs.result(spec.replace(method=method)) for spec in drawn])


def _row(name: str, results: Sequence[Result]) -> Sequence[Cell]:
    lost = [_gold(result, "FA_test") - required(result.unlearned["FA_test"]) for result in results]
    near = sum(value <= NEAR + 1e-9 for value in lost)
    return (
        name, f"{near} of {len(results)}", max(lost), mean(lost),
        mean(required(result.unlearned["FA"]) for result in results), mean(_gold(result, "FA") for result in results),
        mean(required(result.unlearned["TA"]) - _gold(result, "TA") for result in results),
        sum(result.steps == 0 for result in results), f"{mean(result.steps for result in results):.1f}",
    )  # fmt: skip


def _gold(result: Result, name: str) -> float:
    return mean(required(gold[name]) for gold in result.golds.values())
