from collections.abc import Callable
from typing import Any

from core import RunSpec
from core.bench import summary


def test_four_rows_in_percent_and_points(given: Callable[..., Any]) -> None:
    def result(spec: RunSpec) -> dict[str, Any]:
        part = spec.forget.text.endswith(":30%")
        own = {"FA": 0.8 if part else 0.0, "FA_test": 0.5, "TA": 0.9}
        golds = {f"gold-{n}": {"FA": 0.8 + n / 100, "FA_test": 0.6, "TA": 0.94} for n in (1, 2, 3)}
        return {
            "accuracy": {"unlearned": own} | golds,
            "gap": {"average": 0.0425 if part else 0.0},
            "gold_spread": {"average": 0.01},
            "seconds": {"unlearn": 0.5, "gold": [2.0, 2.0]},
        }

    (table,) = summary.measure(given(result))
    methods, gold = ["0 %", "50 %", "90 %", "0.0", "80 %", "50 %", "90 %", "4.2"], ["82 %", "60 %", "94 %", "1.0"]
    assert table.rows == [
        ["Do nothing", *methods, "25 %"],
        ["MU-Mis", *methods, "25 %"],
        ["TMU", *methods, "25 %"],
        ["Gold (retrained)", *gold, *gold, "100 %"],
    ]
    assert len(table.head) == len(table.rows[0])
