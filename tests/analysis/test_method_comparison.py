from collections.abc import Callable
from statistics import mean
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from core.analysis.method_comparison import NOTHING, WITHIN, classify_difference, compare_variants, overview

Make = Callable[..., dict[str, Any]]


def of(table: pd.DataFrame, way: str, metric: str) -> pd.Series:
    return table.set_index(["method", "metric"]).loc[(way, metric)]


def test_the_difference_to_gold_and_its_interval_against_scipy(make_result: Make) -> None:
    runs = [make_result("mu-mis", seed=seed, FA=value) for seed, value in enumerate((0.1, 0.2, 0.4))]
    row = of(compare_variants(runs), "MU-Mis", "FA")
    golds = [0.4, 0.6]
    welch = stats.ttest_ind([0.1, 0.2, 0.4], golds, equal_var=False).confidence_interval()
    assert (row["value"], row["gold"]) == pytest.approx((0.7 / 3, 0.5))
    assert row["difference"] == pytest.approx(0.7 / 3 - 0.5)
    assert (row["low"], row["high"]) == pytest.approx((welch.low, welch.high))
    assert row["floor"] == pytest.approx(0.2)  # each gold is 0.2 from the other
    assert (row["runs"], row["run"], row["verdict"]) == (3, runs[0]["run"], "over-forgotten")


def test_one_run_has_the_interval_of_the_golds(make_result: Make) -> None:
    row = of(compare_variants([make_result("mu-mis", FA=0.1)]), "MU-Mis", "FA")
    low, high = stats.t.interval(0.95, 1, loc=0.5, scale=stats.sem([0.4, 0.6]))
    assert (row["low"], row["high"]) == pytest.approx((0.1 - high, 0.1 - low))


def test_doing_nothing_is_always_included_and_the_smallest_gap_comes_first(make_result: Make) -> None:
    far, near = make_result("mu-mis", FA=0.0), make_result("fine-tune", FA=0.5)
    table = overview([far, near])
    assert table["method"].tolist() == [NOTHING, "Fine-tune", "MU-Mis"]
    assert table["track"].tolist() == ["nothing", "retain", "forget"]
    assert table["run"].tolist() == ["", near["run"], far["run"]]
    idle = table.iloc[0]
    assert idle["gap"] == pytest.approx(mean([0.5, 0.0, 0.04]))  # original's FA, RA, TA: 1, 1, 0.95; golds' .5, 1, .91
    assert (idle["seconds"], idle["time_ratio"]) == (0, 0)
    assert table["time_ratio"].tolist()[1:] == [0.25, 0.25]  # 0.5 s of a mean retraining of 2 s


def test_a_run_of_doing_nothing_is_no_extra_variant(make_result: Make) -> None:
    idle = make_result("none", FA=1.0)
    table = overview([idle, make_result("mu-mis", FA=0.1)])
    assert table["method"].tolist() == [NOTHING, "MU-Mis"]
    assert table["run"].iloc[0] == idle["run"]


def test_settings_make_variants_and_seeds_do_not(make_result: Make) -> None:
    one, other = make_result("mu-mis"), make_result("mu-mis", seed=1)
    paper = make_result("mu-mis", variant="paper")
    table = overview([one, other, paper]).set_index("method")
    assert table["runs"].to_dict() == {NOTHING: 1, "MU-Mis": 2, "MU-Mis, variant paper": 1}


def test_outputs_where_they_were_measured(make_result: Make) -> None:
    run = make_result("mu-mis")
    assert "kl" not in set(compare_variants([run])["metric"])
    values = {"kl": 0.3, "activation": 0.2, "js": 0.1, "agreement": 0.75}
    run["outputs"] = dict.fromkeys(("original", "unlearned", "gold-10", "gold-2"), values)
    table = compare_variants([run])
    assert of(table, "MU-Mis", "disagreement")["difference"] == 0.25
    assert of(table, "MU-Mis", "kl")["verdict"] == WITHIN  # as far as golds from each other
    assert "kl" not in set(compare_variants([run, make_result("mu-mis", seed=1)]).query("method == 'MU-Mis'")["metric"])


def test_distances_have_an_interval_over_golds(make_result: Make) -> None:
    run = make_result("mu-mis", FA=0.1)
    run["outputs"] = {"unlearned": {"kl": 0.3, "agreement": 0.6}}
    run["outputs_by_gold"] = {
        "unlearned": {"gold-10": {"kl": 0.2, "agreement": 0.5}, "gold-2": {"kl": 0.4, "agreement": 0.7}}
    }
    table = compare_variants([run])
    for name, values in (("kl", [0.2, 0.4]), ("disagreement", [0.5, 0.3])):
        low, high = stats.t.interval(0.95, 1, loc=mean(values), scale=stats.sem(values))
        row = of(table, "MU-Mis", name)
        assert (row["low"], row["high"]) == pytest.approx((low, high))
    gap = of(table, "MU-Mis", "gap")
    of_golds = [mean([abs(0.1 - fa), 0.02, abs(0.89 - ta)]) for fa, ta in ((0.6, 0.92), (0.4, 0.90))]
    assert gap["high"] - gap["low"] == pytest.approx(2 * 12.7062 * (0.5 * stats.tvar(of_golds)) ** 0.5, rel=1e-3)


def test_an_average_gap_does_not_hide_an_accuracy_outside_its_own_spread(make_result: Make) -> None:
    run = make_result("mu-mis", FA=0.5)  # FA is gold's; RA is 0.02 below golds that agree, and TA 0.02 below
    row = of(compare_variants([run]), "MU-Mis", "gap")
    assert row["difference"] < row["floor"]
    assert row["verdict"] == "apart from gold in RA"
    assert not overview([run]).set_index("method").loc["MU-Mis", "within"]


def test_without_gold_nothing_is_compared(make_result: Make) -> None:
    run = make_result("mu-mis")
    run["accuracy"] = {role: values for role, values in run["accuracy"].items() if not role.startswith("gold")}
    assert compare_variants([run]).empty
    assert overview([run]).empty


@pytest.mark.parametrize(
    ("metric", "difference", "spread", "words"),
    [
        ("FA", -0.3, 0.1, "over-forgotten"),
        ("FA", 0.3, 0.1, "under-forgotten"),
        ("TA", -0.3, 0.1, "below gold"),
        ("RA", 0.3, 0.1, "above gold"),
        ("gap", 0.3, 0.1, "apart from gold"),
        ("FA", -0.1, 0.1, WITHIN),
        ("FA", -0.3, float("nan"), "spread unknown"),
    ],
)
def test_the_difference_in_words(metric: str, difference: float, spread: float, words: str) -> None:
    assert classify_difference(metric, difference, spread) == words
