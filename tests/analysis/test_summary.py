from core.analysis.summary import summarize
from core.results import Result


def test_without_gold_nothing_is_compared() -> None:
    assert summarize(Result({"gap": None})).startswith("There is no gold model")


def test_one_gold_has_no_noise_floor() -> None:
    text = summarize(Result({"gap": {"average": 0.0123}, "gold_spread": None}))
    assert text == "Average gap: **1.23 points** from gold; with one gold model there is no noise floor."


def test_the_gap_is_compared_with_the_gold_spread() -> None:
    for gap, size in ((0.01, "noise"), (0.02, "noise"), (0.021, "more than noise")):
        assert f"golds differ by **2.00 points**, so this is {size}." in summarize(
            Result({"gap": {"average": gap}, "gold_spread": {"average": 0.02}})
        )
