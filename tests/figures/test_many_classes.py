import pandas as pd
import pytest

from core.figures.many_classes import cut_sentence, drawn_classes


@pytest.mark.parametrize(
    ("touched", "others", "drawn"),
    [
        ([], 2, [1, 3, 4, 5]),  # the largest
        ([0], 2, [0, 1, 3, 5]),  # a small one that the request touches goes before them
        ([0, 1, 2, 3], 2, [1, 3, 4, 5]),  # two places are kept for those that it does not touch
        ([0, 1, 2, 3], 0, [0, 1, 2, 3]),
        ([0, 1, 2, 3, 5], 2, [1, 3, 4, 5]),  # as far as there are any
        (range(6), 2, [1, 3, 4, 5]),
    ],
)
def test_touched_classes_come_first_then_the_largest(touched, others: int, drawn: list[int]) -> None:
    size = pd.Series([0, 5, 0, 7, 1, 9])
    assert drawn_classes(pd.Series(size.index.isin(touched)), size, 4, others).tolist() == drawn


def test_few_classes_are_all_drawn_and_nothing_is_said() -> None:
    size = pd.Series([0.0, float("nan"), 2.0])  # a class without test images has no change
    assert drawn_classes(size > 1, size, 3, 2).tolist() == [0, 1, 2]
    assert cut_sentence(3, 3, "") == ""


def test_what_is_left_out_is_said() -> None:
    assert cut_sentence(20, 1000, "the largest") == " 20 of 1,000 classes are drawn: the largest. The table has all."
