from collections.abc import Callable
from typing import Any

import pytest

from core import RunSpec
from core.bench import first_answer
from core.bench.table import Table


def test_a_row_per_digit_with_the_models_that_had_to_be_trained(
    given: Callable[..., Any], quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that warms the process trains the models of 3; the digit 4 needs another gold."""
    monkeypatch.setattr(first_answer, "DIGITS", (3, 4))

    def small(forget: str, **words: int) -> RunSpec:
        return quick("none", forget.replace("0", "3"), gold_seeds=(1,), **words)

    monkeypatch.setattr(first_answer, "make_spec", small)
    table, median = first_answer.measure(given(lambda spec: None))
    assert isinstance(table, Table)
    assert [(row[0], row[3]) for row in table.rows] == [(3, 0), (4, 1)]
    assert all(0 < unlearned < result for _, unlearned, result, _ in table.rows)
    assert str(median).startswith("median: unlearned ")
