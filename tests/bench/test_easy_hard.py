from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import RunSpec, Store
from core.bench import easy_hard
from core.bench.table import markdown

HELD_OUT = [0.5 + c / 100 for c in range(10)]
FA = {"tmu": 0.75, "none": 1.0}


class Run:
    """Four forget images: the scores of TMU and CF are right about golds that all agree, NF is wrong about all."""

    def __init__(self, spec: RunSpec) -> None:
        self.result = {"models": {"original": "key"}}
        self.models = self
        self.paper = spec.method.name == "tmu" and spec.method.as_paper
        self.label = int(spec.forget.text.removeprefix("class=").partition(":")[0])

    def record(self, key: str) -> dict[str, Any]:
        return {"held_out": HELD_OUT}

    def samples(self) -> pd.DataFrame:
        base = pd.DataFrame({"index": range(4), "split": "forget", "label": self.label, "prediction": self.label})
        own = base.assign(role="unlearned", p_hard=[0, 0.1, 0.8, 0.9], nf=[3, 2, 1, 0], af=0, cf=[0, 0, 1, 1],
                          proxy_loss=0, easy=[True, True, False, False])  # fmt: skip
        golds = [base.assign(role=f"gold-{n}", prediction=[self.label] * 2 + [-1] * 2) for n in (1, 2)]
        own = own.assign(nf_z=0.0, af_z=0.0, cf_z=0.0)
        golds = [gold.assign(probability=[0.9, 0.8, 0.2, 0.1]) for gold in golds]
        if self.paper:  # no better than guessing
            own = own.assign(p_hard=0.5, easy=True)
        return pd.concat([own, base.assign(role="original", loss=0.0), *golds])


def result(spec: RunSpec) -> dict[str, Any]:
    gold = {"FA": 0.5, "TA": 0.9}
    distances = {"agreement": 0.5, "activation": 0.25, "kl": 0.125}
    return {
        "accuracy": {"unlearned": {"FA": FA.get(spec.method.name, 0.5), "TA": 0.8}, "gold-1": gold, "gold-2": gold},
        "outputs": dict.fromkeys(("unlearned", "gold-1", "gold-2"), distances),
        "gold_spread": {"FA": 0.03125, "TA": 0.0},
        "seconds": {"unlearn": 6.0, "gold": [4.0, 4.0]},
    }


@pytest.fixture
def printed(given: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> str:
    runs = given(result)
    monkeypatch.setattr(easy_hard, "DRAWS", 20)
    monkeypatch.setattr(Store, "run", lambda self, run: Run(next(spec for spec in runs.asked if spec.id == run)))
    return "\n".join(map(markdown, easy_hard.measure(runs)))


def test_predictors_are_scored_on_all_requests_together(printed: str):
    assert "30 requests" in printed
    assert "| TMU | 1.0000 | 1.0000 | 1.0000 | 1.0000 | - | - |" in printed
    assert "| NF | 0.0000 | 0.0000 | 0.0000 | 0.0000 | 1.0000 | 1.0000 |" in printed
    assert "| always easy | 0.5000 | 0.5000 | 0.5000 | 0.5000 | 0.5000 | 0.5000 |" in printed
    assert "| TMU, paper | 0.5000 | 0.5000 | 0.5000 | 0.5000 | 0.5000 | 0.5000 |" in printed
    assert "| other golds | 1.0000 |" in printed
    assert "Bits of TMU: accuracy 1.0000, always easy 0.5000; Brier 0.0150" in printed  # (0 + .01 + .04 + .01) / 4
    assert "Bits of TMU, paper: accuracy 0.5000, always easy 0.5000; Brier 0.2500; predicted easy 1.0000" in printed


def test_methods_and_the_rule_against_gold(printed: str):
    # the rule is off by 0, 0.01, ..., 0.09
    assert "| tmu | 0.2500 | 0.2500 | 0.2500 |" in printed
    assert "| -0.1000 | 0.5000 | 0.2500 | 0.1250 | 1.5000 |" in printed
    assert "| tmu, paper | 0.2500 |" in printed
    assert "| none | 0.5000 |" in printed
    assert "contains 0): no method." in printed
    assert "| rule: class accuracy | 0.0450 |" in printed
    assert "| gold spread | 0.0312 | - | - | - | - | - | 0.5000 | 0.2500 | 0.1250 | - |" in printed


def request(digit: int, score: int) -> easy_hard.Request:
    right = np.array([[True]])
    return easy_hard.Request(digit, {"a": np.array([score])}, {}, right, right * 0.5, 0.5, {})


def test_bootstrap_draws_are_the_same_for_every_predictor():
    requests = [request(n, n) for n in range(5)]
    one, two = (easy_hard._pooled(requests, lambda some: float(sum(r.scores["a"][0] for r in some))) for _ in range(2))
    assert (one == two).all()
    assert one[0] == 10
    assert len(one) == 1 + easy_hard.DRAWS


def test_draws_of_a_digit_are_drawn_together():
    requests = [request(n % 5, n) for n in range(10)]
    sizes = easy_hard._pooled(requests, lambda some: float(len({(r.digit, r.scores["a"][0]) for r in some})))
    assert (sizes % 2 == 0).all()
