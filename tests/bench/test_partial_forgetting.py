from collections.abc import Callable
from typing import Any

from core import METHODS, RunSpec
from core.bench import partial_forgetting
from core.bench.table import markdown


def test_means_over_requests_for_every_method(given: Callable[..., Any]) -> None:
    def result(spec: RunSpec) -> dict[str, Any]:
        number = int(spec.forget.text.split("=")[1][0])
        own = {"FA": number / 10, "FA_test": 0.25}  # 0.0, 0.1, ..., 0.9
        gold = {"FA": 0.5, "FA_test": 0.75}
        return {
            "accuracy": {"original": {"FA": 1.0, "FA_test": 1.0}, "unlearned": own, "gold-1": gold, "gold-2": gold},
            "gap": {"average": 0.125},
            "gold_spread": {"average": 0.0625},
        }

    out = "\n".join(map(markdown, partial_forgetting.measure(given(result))))
    # |0.0 - 0.5|, ..., |0.9 - 0.5| have the mean 0.25
    row = "| 0.4500 | 0.5000 | 0.2500 | 1.0000 | 0.2500 | 0.7500 | 0.1250 | 0.0625 |"
    for name in (*METHODS, "mu-mis, paper"):
        assert out.count(f"| {name} {row}") == len(partial_forgetting.TASKS)
