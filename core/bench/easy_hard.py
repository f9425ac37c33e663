"""TMU on worn and on noisy digits: quality of the easy/hard prediction, and distance to gold compared with others.

TMU stands here twice: with its defaults, and as the paper has it. Requests are ``class=c:30%`` for ten classes and
three draws, with eight golds each; ``sizes`` gives other percentages with one draw. Intervals are bootstraps over
classes, whose draws overlap and are kept together; intervals of differences are paired.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from statistics import mean

import numpy as np

from core.analysis.intervals import cluster_interval
from core.bench.runs import Runs, required
from core.bench.table import Cell, Part, Table
from core.metrics.easy_hard import auc, baselines, gold_auc, gold_right, gold_wrong_probability, verdicts
from core.results import Result
from core.roles import only_golds
from core.specs import make_method, make_spec

DATA = ("mnist-5k-worn", "digits-noisy")
GOLDS = tuple(range(1, 9))
TMU, PAPER = "tmu", "tmu, paper"
METHODS = {  # line -> method
    TMU: make_method("tmu"),
    PAPER: make_method("tmu", {"variant": "paper"}),
    **{name: make_method(name) for name in ("random-label", "gradient-ascent", "fine-tune", "none")},
}
DRAWS = 1000


@dataclass(frozen=True)
class Request:
    """One request: scores of its forget images, and the result of every method.

    Attributes:
        digit: the forgotten class.
        scores: baseline -> (N,), higher is harder.
        easy: variant of TMU -> bool (N,), predicted easy.
        right: bool (K, N), classified right by each gold.
        p_wrong: (K, N), each gold's probability of being wrong.
        known: the original's held-out accuracy on the forgotten class.
    """

    digit: int
    scores: dict[str, np.ndarray]
    easy: dict[str, np.ndarray]
    right: np.ndarray
    p_wrong: np.ndarray
    known: float
    results: dict[str, Result]


def measure(runs: Runs, sizes: Sequence[int] = ()) -> Iterator[Part]:
    """Tables of the easy/hard predictors and of the methods' distances to gold, for every size."""
    for name, size in product(DATA, sizes or (30,)):
        draws = (0,) if sizes else (0, 1, 2)
        requests = [_request(runs, name, c, size, draw) for draw in draws for c in range(10)]
        data = f"{name}, {size} % of a class, {len(requests)} requests, golds 1 to {len(GOLDS)}"
        yield from _predictors(f"{data}: easy or hard", requests)
        yield from _methods(f"{data}: methods", requests)


def _request(runs: Runs, name: str, digit: int, size: int, draw: int) -> Request:
    spec = make_spec(name, f"class={digit}:{size}%", draw=draw, gold_seeds=GOLDS)
    specs = {line: spec.replace(method=method) for line, method in METHODS.items()}
    results = {line: runs.result(run) for line, run in specs.items()}
    run, paper = (runs.store.run(specs[line].id) for line in (TMU, PAPER))
    samples = run.samples()
    known = run.models.record(run.result["models"]["original"])["held_out"]
    own, theirs = verdicts(samples), verdicts(paper.samples())
    scores = baselines(samples, known)
    return Request(
        digit,
        {"TMU": scores.pop("TMU"), "TMU, paper": theirs["p_hard"].to_numpy(), **scores},
        {"TMU": own["easy"].to_numpy(), "TMU, paper": theirs["easy"].to_numpy()},
        gold_right(samples),
        gold_wrong_probability(samples),
        float(np.array(known)[own["label"]].mean()),
        results,
    )


def _predictors(title: str, requests: Sequence[Request]) -> Iterator[Part]:
    """Table of AUCs over the images of all requests."""
    golds = _pooled(requests, lambda some: gold_auc(_right(some), _p_wrong(some)))
    own = {name: _pooled(requests, partial(_auc, name)) for name in requests[0].scores}
    rows = []
    for name, values in own.items():
        low, high = np.percentile(values[1:], [2.5, 97.5])
        less = np.percentile(own["TMU"][1:] - values[1:], [2.5, 97.5])
        rows.append((name, values[0], low, high, values[0] / golds[0], *(less if name != "TMU" else (None, None))))
    rows.append(("other golds", golds[0], *np.percentile(golds[1:], [2.5, 97.5]), 1.0, None, None))
    yield Table(title, ("baseline", "AUC", "low", "high", "of golds' own", "TMU minus it: low", "high"), rows)
    right = _right(requests)
    for name in requests[0].easy:
        easy = np.concatenate([request.easy[name] for request in requests])
        p_hard = _scores(requests, name)
        yield (
            f"Bits of {name}: accuracy {(easy == right).mean():.4f}, always easy {right.mean():.4f}; Brier "
            f"{((p_hard - 1 + right.mean(0)) ** 2).mean():.4f}; predicted easy {easy.mean():.4f}, gold "
            f"{right.mean():.4f}"
        )


def _methods(title: str, requests: Sequence[Request]) -> Iterator[Part]:
    """Table of distances to gold: every method, a rule that needs no method, and the golds among themselves."""
    rows: list[tuple[Cell, ...]] = []
    digits = [request.digit for request in requests]
    of_rule = [abs(request.known - _gold(request.results["none"], "FA")) for request in requests]
    apart = {}
    for name in METHODS:
        results = [request.results[name] for request in requests]
        off = [abs(required(r.unlearned["FA"]) - _gold(r, "FA")) for r in results]
        test = [required(r.unlearned["TA"]) - _gold(r, "TA") for r in results]
        outputs = [r["outputs"]["unlearned"] for r in results]
        better = cluster_interval([a - b for a, b in zip(off, of_rule, strict=True)], digits)
        apart[name] = better[0] > 0 or better[1] < 0
        cost = mean(required(r.time_ratio) for r in results)
        rows.append((name, mean(off), *cluster_interval(off, digits), *better, mean(test), *_means(outputs), cost))
    rows.append(("rule: class accuracy", mean(of_rule), *cluster_interval(of_rule, digits), *[None] * 7))
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
    alike = [name for name, known in apart.items() if not known]
    yield f"Not separable from the rule (the interval of the difference contains 0): {', '.join(alike) or 'no method'}."
    yield (
        "Intervals: 95 % bootstrap over the ten digits, all draws of a digit together, for this original, its golds "
        f"and one unlearning seed. Gold spread of TA: {mean(s['TA'] for s in spread):.4f}."
    )


OUTPUTS = ("agreement", "activation", "kl")


def _means(outputs: Sequence[dict[str, float]]) -> list[float]:
    return [mean(each[key] for each in outputs) for key in OUTPUTS]


def _gold(result: Result, name: str) -> float:
    return mean(required(values[name]) for values in result.golds.values())


def _scores(requests: Sequence[Request], name: str) -> np.ndarray:
    return np.concatenate([request.scores[name] for request in requests])


def _right(requests: Sequence[Request]) -> np.ndarray:
    return np.concatenate([request.right for request in requests], axis=1)


def _p_wrong(requests: Sequence[Request]) -> np.ndarray:
    return np.concatenate([request.p_wrong for request in requests], axis=1)


def _auc(name: str, requests: Sequence[Request]) -> float | None:
    return auc(_scores(requests, name), _right(requests))


def _pooled(requests: Sequence[Request], measure: Callable[[Sequence[Request]], float | None]) -> np.ndarray:
    """The measure on all requests, then on ``DRAWS`` bootstrap samples (fixed seed) of their digits, all draws of a
    digit together: draws of one digit overlap, so they are not independent."""
    by_digit: dict[int, list[Request]] = {}
    for request in requests:
        by_digit.setdefault(request.digit, []).append(request)
    groups = list(by_digit.values())
    draws = np.random.default_rng(0).integers(0, len(groups), (DRAWS, len(groups)))
    samples = ([request for n in draw for request in groups[n]] for draw in draws)
    return np.array([measure(requests), *map(measure, samples)], dtype=float)
