from core.analysis.summary import summarize
from core.results import Result

GOLDS = {"gold-1": {"FA": 0.8, "TA": 0.90}, "gold-2": {"FA": 0.9, "TA": 0.91}}  # spread: 0.1 and 0.01


def result(gap: float, **accuracy: float) -> Result:
    average = {"gap": {"average": gap}, "gold_spread": {"average": 0.02}}
    return Result(average | {"accuracy": {"unlearned": accuracy, **GOLDS}})


def test_without_gold_nothing_is_compared() -> None:
    assert summarize(Result({"gap": None})).startswith("There is no gold model")


def test_one_gold_has_no_noise_floor() -> None:
    text = summarize(Result({"gap": {"average": 0.0123}, "gold_spread": None}))
    assert text == "Average gap: **1.23 points** from gold; with one gold model there is no noise floor."


def test_a_gap_is_noise_only_if_no_accuracy_is_outside_the_golds_own_spread() -> None:
    assert summarize(result(0.02, FA=0.95, TA=0.91)) == (
        "Average gap: **2.00 points** from gold; golds differ by **2.00 points**. Every accuracy is within the "
        "differences between golds, so this is noise."
    )
    assert summarize(result(0.021, FA=0.85, TA=0.905)).endswith("This is more than noise.")


def test_every_accuracy_outside_its_own_spread_is_named() -> None:
    text = summarize(result(0.01, FA=0.85, TA=0.877))
    assert text.endswith("More than noise: Test set (TA) 2.8 points below gold, golds differ by 1.0.")
    assert "Forget set (FA) 11.0 points above gold" in summarize(result(0.01, FA=0.96, TA=0.877))
