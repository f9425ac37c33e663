import pandas as pd
import pytest

from core.metrics.accuracy import (
    GAP_TEST,
    accuracies,
    class_accuracies,
    comparison,
    gap,
    gold_spread,
    tug_of_war,
    with_forget,
)


def table(rows: list[tuple]) -> pd.DataFrame:
    """Rows of (split, label, subclass, prediction), as a model's table has them."""
    frame = pd.DataFrame(rows, columns=["split", "label", "subclass", "prediction"])
    return frame.assign(index=range(len(frame)), subclass=pd.array(frame["subclass"], dtype="Int64"))


# Two classes of two sub-classes each (0 and 1, 2 and 3), two images of every sub-class in train and test.
TABLE = table([
    ("train", 0, 0, 0), ("train", 0, 0, 1), ("train", 0, 1, 0), ("train", 0, 1, 0),
    ("train", 1, 2, 1), ("train", 1, 2, 0), ("train", 1, 3, 1), ("train", 1, 3, 1),
    ("pool", 0, 0, 1), ("pool", 1, 2, 0),
    ("test", 0, 0, 1), ("test", 0, 0, 0), ("test", 0, 1, 0), ("test", 0, 1, 0),
    ("test", 1, 2, 0), ("test", 1, 2, 0), ("test", 1, 3, 1), ("test", 1, 3, 0),
])  # fmt: skip


def test_train_becomes_forget_and_retain():
    found = with_forget(TABLE, [0, 5, 12])  # 12 is a test image: it stays one
    assert found["split"].tolist() == (
        ["forget", *["retain"] * 4, "forget", "retain", "retain"] + ["pool"] * 2 + ["test"] * 8
    )
    assert TABLE["split"].tolist()[:8] == ["train"] * 8


def test_images_of_earlier_requests_are_neither_forget_nor_retain():
    found = with_forget(TABLE, [0, 1], removed_ids=[1, 2, 12])  # 1 is asked for again: it is forgotten now
    assert found["split"].tolist()[:8] == ["forget", "forget", "forgotten", *["retain"] * 5]
    assert found["split"].tolist()[8:] == TABLE["split"].tolist()[8:]
    # Retain: images 3 to 7, all right but number 5; forget: 0 is right, 1 is wrong.
    assert {name: accuracies(found)[name] for name in ("FA", "RA")} == {"FA": 0.5, "RA": 0.8}


def test_classes_of_earlier_requests_are_not_in_RA_test():
    # Sub-class 0 now, sub-class 2 before. Right are 1 of 2 test images of sub-class 0, and 3 of 4 of 1 and 3 together.
    found = accuracies(with_forget(TABLE, [0, 1], removed_ids=[4]), by="subclass")
    assert (found["FA_test"], found["RA_test"], found["TA"]) == (0.5, 0.75, 0.5)
    assert accuracies(with_forget(TABLE, [0, 1]), by="subclass")["RA_test"] == 0.5  # 3 of 6, with sub-class 2
    everything = accuracies(with_forget(TABLE, [0], removed_ids=[4]))
    assert (everything["FA_test"], everything["RA_test"]) == (None, None)


def test_a_whole_class():
    # Class 0: training images 0-3, 3 of 4 right; retain 4-7, 3 of 4. Test: class 0 3 of 4, class 1 1 of 4, all 4 of 8.
    assert accuracies(with_forget(TABLE, [0, 1, 2, 3])) == {
        "FA": 0.75, "RA": 0.75, "TA": 0.5, "FA_test": 0.75, "RA_test": 0.25,
    }  # fmt: skip


def test_a_part_of_a_class_is_tested_on_the_whole_class():
    # Forget the one wrong image of class 0: FA 0 of 1, RA 6 of 7; the test columns are those of class 0.
    assert accuracies(with_forget(TABLE, [1])) == {
        "FA": 0.0, "RA": 6 / 7, "TA": 0.5, "FA_test": 0.75, "RA_test": 0.25,
    }  # fmt: skip


def test_a_subclass_is_tested_on_the_subclass():
    # Sub-class 0: training 1 of 2, the rest 5 of 6; test 1 of 2, the rest 3 of 6.
    assert accuracies(with_forget(TABLE, [0, 1]), "subclass") == {
        "FA": 0.5, "RA": 5 / 6, "TA": 0.5, "FA_test": 0.5, "RA_test": 0.5,
    }  # fmt: skip
    # By class, the test columns would be those of class 0.
    assert accuracies(with_forget(TABLE, [0, 1]))["FA_test"] == 0.75


def test_a_request_that_touches_every_class_has_no_test_columns():
    found = accuracies(with_forget(TABLE, [0, 4]))
    assert (found["FA_test"], found["RA_test"]) == (None, None)
    assert (found["FA"], found["RA"], found["TA"]) == (1.0, 4 / 6, 0.5)
    assert accuracies(with_forget(TABLE, [0, 4]), "subclass")["FA_test"] == 0.25  # sub-classes 0 and 2: 1 of 4


def test_accuracy_per_class_and_per_subclass():
    assert class_accuracies(TABLE, "test") == {"0": 0.75, "1": 0.25}
    assert class_accuracies(TABLE, "test", "subclass") == {"0": 0.5, "1": 1.0, "2": 0.0, "3": 0.5}
    assert class_accuracies(TABLE, "pool") == {"0": 0.0, "1": 0.0}
    assert class_accuracies(TABLE, "forget") == {}


def numbers(fa: float, ra: float, ta: float, fa_test: float | None = 0.5, ra_test: float | None = 0.5):
    return {"FA": fa, "RA": ra, "TA": ta, "FA_test": fa_test, "RA_test": ra_test}


def test_the_gap_is_to_the_mean_gold_metric_by_metric():
    golds = [numbers(0.0, 0.9, 0.8), numbers(0.2, 1.0, 0.8)]  # mean 0.1, 0.95, 0.8
    assert gap(numbers(0.4, 0.95, 0.7), golds) == pytest.approx(
        {"average": (0.3 + 0 + 0.1) / 3, "FA": 0.3, "RA": 0.0, "TA": 0.1}
    )


def test_gaps_below_and_above_gold_count_equally():
    assert gap(numbers(0, 1, 1), [numbers(0.5, 1, 1)]) == gap(numbers(1, 1, 1), [numbers(0.5, 1, 1)])


def test_without_gold_there_is_no_gap():
    assert gap(numbers(0, 1, 1), []) is None


def test_a_metric_that_is_missing_anywhere_leaves_no_average():
    golds = [numbers(0, 1, 0.5), numbers(0, 1, 0.7)]
    lacking = numbers(0, 1, 0.5, None, None)
    expected = {"average": None, "FA_test": None, "RA_test": None, "TA": pytest.approx(0.1)}
    assert gap(lacking, golds, GAP_TEST) == expected
    assert gap(numbers(0, 1, 0.6), [golds[0], lacking], GAP_TEST) == expected
    assert gap(lacking, golds)["average"] == pytest.approx(0.1 / 3)  # FA, RA and TA are there


def test_the_spread_compares_each_gold_with_the_mean_of_the_others():
    golds = [numbers(0.0, 1, 0.9), numbers(0.3, 1, 0.9), numbers(0.6, 1, 0.6)]
    # FA: |0 - 0.45|, |0.3 - 0.3|, |0.6 - 0.15|, mean 0.3. TA: |0.9 - 0.75| twice, |0.6 - 0.9|, mean 0.2.
    assert gold_spread(golds) == pytest.approx({"average": 0.5 / 3, "FA": 0.3, "RA": 0.0, "TA": 0.2})


def test_the_spread_of_two_golds_is_their_difference():
    golds = [numbers(0.0, 0.9, 0.8), numbers(0.2, 1.0, 0.7)]
    assert gold_spread(golds) == pytest.approx({"average": 0.4 / 3, "FA": 0.2, "RA": 0.1, "TA": 0.1})
    lacking = [numbers(0, 1, 1, None, None)] * 2
    assert gold_spread(lacking, GAP_TEST) == {"average": None, "FA_test": None, "RA_test": None, "TA": 0.0}


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_golds_have_no_spread(count: int):
    assert gold_spread([numbers(0, 1, 1)] * count) is None


def test_equal_golds_have_a_spread_of_zero():
    gold = numbers(0.5, 1, 1)
    assert gold_spread([gold, gold]) == {"average": 0.0, "FA": 0.0, "RA": 0.0, "TA": 0.0}


def test_comparison_has_every_model_and_its_gap() -> None:
    def of(fa: float) -> dict[str, float | None]:
        return {"FA": fa, "RA": 1.0, "TA": 1.0, "FA_test": None, "RA_test": None}

    table = comparison({"original": of(1.0), "gold-1": of(0.25), "gold-2": of(0.5), "unlearned": of(0.0)})
    assert table["role"].tolist() == ["original", "gold-1", "gold-2", "unlearned"]
    # to the mean gold, 0.375; of a gold to the other one; a third of FA's, as RA and TA are equal
    assert table["gap"].tolist() == pytest.approx([0.625 / 3, 0.25 / 3, 0.25 / 3, 0.375 / 3])
    assert comparison({"original": of(1.0)})["gap"].isna().all()


def test_tug_of_war_by_hand():
    golds = [{"FA": 0.5, "RA": 1.0, "TA": 0.9}, {"FA": 0.7, "RA": 1.0, "TA": 0.7}]  # mean 0.6, 1, 0.8
    assert tug_of_war({"FA": 0.1, "RA": 0.9, "TA": 0.8}, golds) == pytest.approx(0.5 * 0.9 * 1.0)
    assert tug_of_war({"FA": 0.6, "RA": 1.0, "TA": 0.8}, golds) == pytest.approx(1.0)
    assert tug_of_war({"FA": 0.6, "RA": 0.0, "TA": 0.8}, golds) == pytest.approx(0.0)  # all is lost on one side
    assert tug_of_war({"FA": 0.1, "RA": 0.9, "TA": 0.8}, []) is None
    assert tug_of_war({"FA": None, "RA": 0.9, "TA": 0.8}, golds) is None
