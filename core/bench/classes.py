"""MU-Mis with its defaults on every whole class of the ten-class sets of digits, compared with three golds."""

from collections.abc import Iterator
from statistics import mean

from core.bench.runs import Runs, required
from core.bench.table import Part, Table
from core.specs import make_spec

HEAD = ("class", "FA", "RA", "TA", "gold TA", "gap", "spread", "do nothing", "steps", "time ratio")


def measure(runs: Runs) -> Iterator[Part]:
    """A row per class: accuracies, average gap to gold, and MU-Mis's time relative to one retraining."""
    for dataset in ("mnist-5k", "mnist-5k-worn", "digits", "digits-noisy"):
        rows, gaps = [], []
        for number in range(10):
            result = runs.result(make_spec(dataset, f"class={number}"))
            nothing = runs.result(make_spec(dataset, f"class={number}", "none"))
            own = result.unlearned
            gaps.append(required(result.gap))
            gold = mean(required(gold["TA"]) for gold in result.golds.values())
            rows.append(
                (number, own["FA"], own["RA"], own["TA"], gold, result.gap, result.gold_spread, nothing.gap,
                 result.steps, result.time_ratio)
            )  # fmt: skip
        yield Table(f"{dataset}, whole classes, mu-mis, golds 1 to 3", HEAD, rows)
        yield f"average gap: mean {mean(gaps):.4f}, worst {max(gaps):.4f}"
