from collections.abc import Callable
from typing import Any

from core import RunSpec
from core.bench import classes
from core.bench.table import markdown


def test_the_rows_come_from_the_results(given: Callable[..., Any]) -> None:
    def result(spec: RunSpec) -> dict[str, Any]:
        number = int(spec.forget.text.removeprefix("class="))
        own = {"FA": 0.0, "RA": 1.0, "TA": 0.9}
        return {
            "accuracy": {"unlearned": own, **{f"gold-{seed}": own for seed in (1, 2, 3)}},
            "gap": {"average": number / 100 if spec.method.name == "mu-mis" else 0.5},
            "gold_spread": {"average": 0.25},
            "seconds": {"unlearn": 1.0, "gold": [4.0, 5.0, 6.0]},
            "steps": 7,
        }

    out = "\n".join(map(markdown, classes.measure(given(result))))
    assert "| 9 | 0.0000 | 1.0000 | 0.9000 | 0.9000 | 0.0900 | 0.2500 | 0.5000 | 7 | 0.2000 |" in out
    assert out.count("average gap: mean 0.0450, worst 0.0900") == 4  # of 0.00, 0.01, ..., 0.09, on every data set
