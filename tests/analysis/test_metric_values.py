import pytest

from core.analysis.metric_values import metric_table, metric_value, noise_floor


def test_derived_metrics(make_result) -> None:
    """Golds have FA 0.4 and 0.6, RA 1, TA 0.9 and 0.92; the run took 0.5 s, a gold 2 s on average."""
    result = make_result("mu-mis", FA=0.1)
    result["outputs"] = {"unlearned": {"agreement": 0.75, "kl": 2.0}, "gold-10": {"agreement": 0.9}, "gold-2": None}
    assert metric_value(result, "unlearned", "gap") == pytest.approx((0.4 + 0.02 + 0.02) / 3)
    assert metric_value(result, "gold-2", "gap") == pytest.approx((0.2 + 0.0 + 0.02) / 3)
    assert metric_value(result, "unlearned", "disagreement") == 0.25
    assert metric_value(result, "gold-2", "disagreement") is None
    assert metric_value(result, "unlearned", "time_ratio") == 0.25
    assert metric_value(result, "original", "time_ratio") is None
    assert noise_floor(result, "gap") == pytest.approx((0.2 + 0.0 + 0.02) / 3)
    assert noise_floor(result, "disagreement") == pytest.approx(0.1)
    assert noise_floor(result, "kl") is None


def test_the_table_has_what_was_measured(make_result) -> None:
    result = make_result("mu-mis", FA=0.1)
    result["outputs"] = {"unlearned": {"kl": 2.0}, "gold-10": {"kl": 0.5}, "gold-2": {"kl": 1.5}}
    table = metric_table(result).set_index("metric")
    assert list(table.index) == ["gap", "FA", "RA", "TA", "FA_test", "RA_test", "kl", "steps", "seconds", "time_ratio"]
    assert table.loc["FA", ["unlearned", "original", "gold"]].tolist() == pytest.approx([0.1, 1.0, 0.5])
    assert table.loc["kl", ["unlearned", "gold"]].tolist() == [2.0, 1.0]
    assert table["original"].isna().tolist() == [
        name in ("kl", "steps", "seconds", "time_ratio") for name in table.index
    ]
    assert table.loc["kl", ["name", "unit", "better"]].tolist() == ["KL from gold", "nats", "lower"]
