from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from core import RunSpec, Store
from core.bench import sequences

REQUESTS = [f"class={digit}" for digit in sequences.DIGITS]


class Step:
    """Two images of the forgotten digit: gold is wrong about both, the unlearned model right about those of before."""

    def __init__(self, spec: RunSpec) -> None:
        digit = int(spec.forget.text.removeprefix("class="))
        images = pd.DataFrame({"index": range(20), "label": [n // 2 for n in range(20)]})
        images["split"] = ["forget" if label == digit else "retain" for label in images["label"]]
        kept = images.assign(prediction=images["label"])
        forgotten = images["label"].isin(sequences.DIGITS[: sequences.DIGITS.index(digit) + 1])
        gold = kept.assign(prediction=kept["prediction"].mask(forgotten, -1))
        own = kept.assign(prediction=kept["prediction"].mask(images["label"] == digit, -1))
        self.table = pd.concat([own.assign(role="unlearned"), gold.assign(role="gold-1"), gold.assign(role="gold-2")])

    def samples(self) -> pd.DataFrame:
        return self.table


def test_both_gaps_after_every_step(given: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def result(spec: RunSpec) -> dict[str, Any]:
        own = {"FA": 0.0, "RA": 1.0, "TA": 0.5 + 0.1 * len(spec.after)}
        gold = {"FA": 0.0, "RA": 1.0, "TA": 0.5}
        return {
            "run": spec.id,
            "forget": {"text": spec.forget.text, "size": 2},
            "accuracy": {"unlearned": own, "gold-1": gold, "gold-2": gold},
            "gap": {"average": 0.1 * len(spec.after) / 3},
            "gold_spread": {"average": 0.0},
            "outputs": {},
            "steps": 1,
            "seconds": {"unlearn": 1.0, "gold": [1.0, 1.0]},
        }

    runs = given(result)
    monkeypatch.setattr(Store, "run", lambda self, run: Step(next(spec for spec in runs.asked if spec.id == run)))
    utility, resilience = sequences.measure(runs)
    first = [spec for spec in runs.asked if spec.method.name == "mu-mis"]
    assert [[*(r.text for r in spec.after), spec.forget.text] for spec in first] == [
        REQUESTS[:n] for n in range(1, len(REQUESTS) + 1)
    ]
    assert utility.rows[0] == ("MU-Mis", "0.0", "3.3", "6.7", "10.0", "13.3")
    assert utility.rows[-1] == ("gold spread", *["0.0"] * 5)
    assert resilience.rows[0] == ("MU-Mis", "-", *["100.0"] * 4)  # what was forgotten before is all recognised again
    assert resilience.rows[-1] == ("gold spread", "-", *["0.0"] * 4)
