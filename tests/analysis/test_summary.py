from core.analysis.summary import summarize
from core.results import Result


def test_without_gold_nothing_is_judged() -> None:
    assert summarize(Result({"gap": None})).startswith("No gold model was asked for")


def test_one_gold_has_no_scale() -> None:
    text = summarize(Result({"gap": {"average": 0.0123}, "gold_spread": None}))
    assert text == "Average gap to the mean gold: **1.23%**. One gold model has no spread, so there is no scale for it."


def test_the_gold_spread_is_the_scale() -> None:
    for gap, said in ((0.01, "within the **2.00%**"), (0.02, "within the"), (0.021, "more than the **2.00%**")):
        assert said in summarize(Result({"gap": {"average": gap}, "gold_spread": {"average": 0.02}}))
