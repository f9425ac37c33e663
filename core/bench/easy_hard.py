"""TMU on the noisy digits: quality of the easy/hard prediction, and distance to gold compared with other methods.

Requests are ``class=c:30%`` for ten classes and three draws, with eight golds each; ``sizes`` gives other percentages
with one draw. Intervals are bootstraps over requests; intervals of differences are paired.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import mean

import numpy as np

from core.analysis.intervals import bootstrap_interval
from core.bench.runs import Runs, required
from core.bench.table import Cell, Part, Table
from core.metrics.easy_hard import auc, baselines, ceiling_auc, gold_right, verdicts
from core.results import Result
from core.roles import only_golds
from core.specs import make_spec

GOLDS = tuple(range(1, 9))
METHODS = ("tmu", "random-label", "gradient-ascent", "fine-tune", "none")
DRAWS = 1000


@dataclass(frozen=True)
class Request:
    """One request: scores of its forget images, and the result of every method.

    Attributes:
        scores: baseline -> (N,), higher is harder.
        easy: bool (N,), predicted easy by TMU.
        right: bool (K, N), classified right by each gold.
        known: the original's held-out accuracy on the forgotten class.
    """

    scores: dict[str, np.ndarray]
    easy: np.ndarray
    right: np.ndarray
    known: float
    results: dict[str, Result]


def measure(runs: Runs, sizes: Sequence[int] = ()) -> Iterator[Part]:
    """Tables of the easy/hard predictors and of the methods' distances to gold, for every size."""
    for size in sizes or (30,):
        draws = (0,) if sizes else (0, 1, 2)
        requests = [_request(runs, f"class={c}:{size}%", draw) for draw in draws for c in range(10)]
        data = f"digits-noisy, {size} % of a class, {len(requests)} requests, golds 1 to {len(GOLDS)}"
        yield from _predictors(f"{data}: easy or hard", requests)
        yield from _methods(f"{data}: methods", requests)


def _request(runs: Runs, text: str, draw: int) -> Request:
    specs = {name: make_spec("digits-noisy", text, name, draw=draw, gold_seeds=GOLDS) for name in METHODS}
    results = {name: runs.result(spec) for name, spec in specs.items()}
    run = runs.store.run(specs["tmu"].id)
    samples = run.samples()
    known = run.models.record(run.result["models"]["original"])["held_out"]
    own = verdicts(samples)
    return Request(
        baselines(samples, known),
        own["easy"].to_numpy(),
        gold_right(samples),
        float(np.array(known)[own["label"]].mean()),
        results,
    )


def _predictors(title: str, requests: Sequence[Request]) -> Iterator[Part]:
    """Table of AUCs over the images of all requests."""
    ceiling = _pooled(requests, lambda some: ceiling_auc(_right(some)))
    own = {name: _pooled(requests, partial(_auc, name)) for name in requests[0].scores}
    rows = []
    for name, values in own.items():
        low, high = np.percentile(values[1:], [2.5, 97.5])
        less = np.percentile(own["TMU"][1:] - values[1:], [2.5, 97.5])
        rows.append((name, values[0], low, high, values[0] / ceiling[0], *(less if name != "TMU" else (None, None))))
    rows.append(("ceiling (other golds)", ceiling[0], *np.percentile(ceiling[1:], [2.5, 97.5]), 1.0, None, None))
    yield Table(title, ("baseline", "AUC", "low", "high", "of ceiling", "TMU minus it: low", "high"), rows)
    right, easy = _right(requests), np.concatenate([request.easy for request in requests])
    p_hard = _scores(requests, "TMU")
    yield (
        f"TMU's bits: accuracy {(easy == right).mean():.4f}, always easy {right.mean():.4f}; Brier "
        f"{((p_hard - 1 + right.mean(0)) ** 2).mean():.4f}; predicted easy {easy.mean():.4f}, gold {right.mean():.4f}"
    )


def _methods(title: str, requests: Sequence[Request]) -> Iterator[Part]:
    """Table of distances to gold: every method, a rule that needs no method, and the golds among themselves."""
    rows: list[tuple[Cell, ...]] = []
    of_rule = [abs(request.known - _gold(request.results["none"], "FA")) for request in requests]
    for name in METHODS:
        results = [request.results[name] for request in requests]
        off = [abs(required(r.unlearned["FA"]) - _gold(r, "FA")) for r in results]
        test = [required(r.unlearned["TA"]) - _gold(r, "TA") for r in results]
        outputs = [r["outputs"]["unlearned"] for r in results]
        better = bootstrap_interval([a - b for a, b in zip(off, of_rule, strict=True)])
        cost = mean(required(r.time_ratio) for r in results)
        rows.append((name, mean(off), *bootstrap_interval(off), *better, mean(test), *_means(outputs), cost))
    rows.append(("rule: class accuracy", mean(of_rule), *bootstrap_interval(of_rule), *[None] * 7))
    floors = [
        {key: mean(v[key] for v in only_golds(r.results["none"]["outputs"]).values()) for key in OUTPUTS}
        for r in requests
    ]
    spread = [request.results["none"]["gold_spread"] for request in requests]
    rows.append(("gold spread", mean(s["FA"] for s in spread), *[None] * 5, *_means(floors), None))
    yield Table(
        title,
        ("method", "abs(FA - gold)", "low", "high", "minus rule: low", "high", "TA - gold", *OUTPUTS, "retrainings"),
        rows,
    )
    yield f"gold spread of TA: {mean(s['TA'] for s in spread):.4f}"


OUTPUTS = ("agreement", "activation", "kl")


def _means(outputs: Sequence[dict[str, float]]) -> list[float]:
    return [mean(each[key] for each in outputs) for key in OUTPUTS]


def _gold(result: Result, name: str) -> float:
    return mean(required(values[name]) for values in result.golds.values())


def _scores(requests: Sequence[Request], name: str) -> np.ndarray:
    return np.concatenate([request.scores[name] for request in requests])


def _right(requests: Sequence[Request]) -> np.ndarray:
    return np.concatenate([request.right for request in requests], axis=1)


def _auc(name: str, requests: Sequence[Request]) -> float | None:
    return auc(_scores(requests, name), _right(requests))


def _pooled(requests: Sequence[Request], measure: Callable[[Sequence[Request]], float | None]) -> np.ndarray:
    """The measure on all requests, then on ``DRAWS`` bootstrap samples of them (fixed seed)."""
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(requests), (DRAWS, len(requests)))
    return np.array([measure(requests), *(measure([requests[n] for n in draw]) for draw in draws)], dtype=float)
