import pandas as pd

from core.analysis.method_comparison import overview
from pages.ui.gold_comparison.methods import place


def ways(make_result, **FA: float) -> pd.DataFrame:
    return overview([make_result(name.replace("_", "-"), FA=value) for name, value in FA.items()])


def test_a_run_alone(make_result) -> None:
    # FA 0.1 against gold's 0.5; the original's 1, 1, 0.95 against 0.5, 1, 0.91.
    own = make_result("mu-mis")["run"]
    assert place(ways(make_result, mu_mis=0.1), own) == (
        "Doing nothing: 18.00%. No other method has been run on this request yet."
    )


def test_a_nearer_way_is_named_and_the_own_place_told(make_result) -> None:
    table = ways(make_result, mu_mis=0.0, fine_tune=0.5)
    told = place(table, make_result("mu-mis", FA=0.0)["run"])
    assert "Of 2 methods and settings run on this request, **Fine-tune** is closest to gold" in told
    assert "this run ranks 2" in told
    assert "gold spread" not in told  # of one alone there is nothing to tell apart


def test_ways_within_the_gold_spread_are_a_tie(make_result) -> None:
    results = [make_result(name, FA=0.5) for name in ("mu-mis", "fine-tune")]
    for result in results:  # every accuracy, not only FA, is the mean gold's
        result["accuracy"]["unlearned"] = {"FA": 0.5, "RA": 1.0, "TA": 0.91, "FA_test": 0.5, "RA_test": 0.96}
    told = place(overview([*results, make_result("scrub", FA=0.0)]), results[0]["run"])
    assert "2 lie within the gold spread, so they cannot be told apart." in told


def test_the_nearest_run_is_told_so(make_result) -> None:
    told = place(ways(make_result, mu_mis=0.0, fine_tune=0.5), make_result("fine-tune")["run"])
    assert told.startswith("The one other method run on this request is not closer to gold.")


def test_without_gold_there_is_nothing_to_say(make_result) -> None:
    run = make_result("mu-mis")
    run["accuracy"] = {"original": run["accuracy"]["original"], "unlearned": run["accuracy"]["unlearned"]}
    assert place(overview([run]), run["run"]) == ""


def test_means_over_seeds_are_named_so(make_result) -> None:
    own = make_result("mu-mis", FA=0.0)
    table = overview([own, make_result("mu-mis", seed=1, FA=0.3), make_result("fine-tune", FA=0.5)])
    told = place(table, own["run"])
    # gaps: (0.5 + 0.02 + 0.02) / 3 and (0.2 + 0.02 + 0.02) / 3; fine-tune (0 + 0.02 + 0.02) / 3
    assert "**Fine-tune** is closest to gold, with 1.33%; this run ranks 2, with 13.00% (mean of 2 seeds)." in told
