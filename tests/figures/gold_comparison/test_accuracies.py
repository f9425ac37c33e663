import numpy as np
import pandas as pd
import pytest

from core.figures import (
    accuracy_comparison,
    accuracy_comparison_table,
    class_changes,
    class_changes_table,
    gold_gap,
    gold_gap_table,
)
from core.figures.gold_comparison.accuracies import MAX_CLASSES
from core.figures.theme import ROLES


def without_golds(result: dict, keep: int = 0) -> dict:
    accuracy = result["accuracy"]
    golds = [role for role in accuracy if role.startswith("gold")]
    return {"accuracy": {role: accuracy[role] for role in accuracy if role not in golds[keep:]}}


def test_the_table_ends_with_mean_and_spread_of_the_golds(result: dict) -> None:
    table = accuracy_comparison_table(result).set_index("role")
    assert table.index.tolist() == ["initial", "original", "unlearned", "gold-2", "gold-10", "gold", "gold spread"]
    # By hand from the fixture: golds 0.4 and 0.6 in FA; each differs from the other by 0.2.
    assert table.loc["gold"].tolist() == pytest.approx([0.5, 1.0, 0.91, 0.5, 0.96])
    assert table.loc["gold spread"].tolist() == pytest.approx([0.2, 0.0, 0.02, 0.2, 0.02])


def test_one_gold_has_no_spread_and_none_no_mean(result: dict) -> None:
    one, none = without_golds(result, keep=1), without_golds(result)
    assert accuracy_comparison_table(one)["role"].tolist()[-2:] == ["gold-10", "gold"]
    assert accuracy_comparison_table(none)["role"].tolist() == ["initial", "original", "unlearned"]
    assert [trace.name for trace in accuracy_comparison(none).figure.data] == ["Original", "Unlearned"]


def test_dots_stand_in_the_row_of_their_metric(result: dict) -> None:
    figure = accuracy_comparison(result).figure
    names = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert list(names.values()) == ["FA", "RA", "TA", "FA_test", "RA_test"]
    for trace, roles in zip(figure.data, (["original"], ["unlearned"], ["gold-2", "gold-10"]), strict=True):
        drawn = [(names[round(y)], x) for x, y in zip(trace.x, trace.y, strict=True)]
        assert drawn == [(name, result["accuracy"][role][name]) for name in names.values() for role in roles]
    assert [trace.marker.color for trace in figure.data] == [
        ROLES[name].color for name in ("original", "unlearned", "gold")
    ]
    assert figure.data[2].name == "Gold (2)"


def test_the_gold_band_is_mean_plus_and_minus_spread(result: dict) -> None:
    bands = [s for s in accuracy_comparison(result).figure.layout.shapes if s.type == "rect"]
    assert (bands[0].x0, bands[0].x1) == pytest.approx((0.3, 0.7))  # FA: 0.5 and 0.2
    assert len(bands) == 5


def test_undefined_metrics_have_no_row(result: dict) -> None:
    for accuracies in result["accuracy"].values():
        accuracies.update(FA_test=None, RA_test=None)  # a request that touches all classes
    assert list(accuracy_comparison(result).figure.layout.yaxis.ticktext) == ["FA", "RA", "TA"]
    assert gold_gap_table(result)["metric"].unique().tolist() == ["FA", "RA", "TA"]


def test_differences_are_signed_and_compared_with_the_spread(result: dict) -> None:
    table = gold_gap_table(result)
    mine = table[table["role"] == "unlearned"].set_index("metric")
    assert mine["difference"].tolist() == pytest.approx([-0.4, -0.02, -0.02, -0.2, 0.0])
    assert mine["verdict"].to_dict() == {
        "FA": "over-forgotten",
        "RA": "below gold",
        "TA": "within gold spread",
        "FA_test": "within gold spread",
        "RA_test": "within gold spread",
    }
    idle = table[table["role"] == "original"].set_index("metric")
    assert idle.loc["FA", "verdict"] == "under-forgotten"
    assert idle.loc["TA", "verdict"] == "above gold"


def test_gap_bars_stand_on_the_noise_floor(result: dict) -> None:
    floor, unlearned, original = gold_gap(result).figure.data
    base = np.array(floor.base, dtype=float)
    np.testing.assert_allclose(base, [-0.2, 0, -0.02, -0.2, -0.02], atol=1e-12)
    np.testing.assert_allclose(base + floor.x, [0.2, 0, 0.02, 0.2, 0.02], atol=1e-12)
    np.testing.assert_allclose(unlearned.x, [-0.4, -0.02, -0.02, -0.2, 0], atol=1e-12)
    assert unlearned.text[0] == "−40.0 pp"
    assert unlearned.y[0] == "FA<br>over-forgotten"
    assert original.visible == "legendonly"
    np.testing.assert_allclose(original.x[0], 0.5)


def test_without_a_spread_no_difference_is_claimed(result: dict) -> None:
    shown = gold_gap(without_golds(result, keep=1))
    assert set(shown.table["verdict"]) == {"spread unknown"}
    assert [trace.name for trace in shown.figure.data] == ["Unlearned", "Original (do nothing)"]


def test_without_gold_there_is_no_gap(result: dict) -> None:
    shown = gold_gap(without_golds(result))
    assert shown.table.empty
    assert shown.alt == "There is no gold model to compare with."


def test_class_changes_are_counted_on_test_images(samples: pd.DataFrame, classes: tuple[str, ...]) -> None:
    table = class_changes_table(samples, classes).set_index("class")
    assert table.index.tolist() == ["cat", "dog", "owl"]
    assert table["forgotten"].tolist() == [True, False, False]
    # One test image per class; original right on all. Unlearned loses the cat, gold-1 the cat, gold-2 the owl.
    assert table["unlearned_change"].tolist() == [-1, 0, 0]
    assert table["gold_change"].tolist() == [-0.5, 0, -0.5]


def test_class_changes_go_by_subclass(samples: pd.DataFrame) -> None:
    samples["subclass"] = samples["label"].astype("Int64") + 10
    names = [""] * 10 + ["tabby", "poodle", "barn owl"]
    table = class_changes_table(samples, names, by="subclass")
    assert table["class"].tolist() == ["tabby", "poodle", "barn owl"]
    assert table["forgotten"].tolist() == [True, False, False]


def test_class_changes_draw_both_models_and_name_the_forgotten(samples: pd.DataFrame, classes) -> None:
    joined, unlearned, gold = class_changes(samples, classes).figure.data
    assert list(unlearned.y) == ["cat (forget)", "dog", "owl"]
    assert list(unlearned.x) == [-1, 0, 0]
    assert list(gold.x) == [-0.5, 0, -0.5]
    assert joined.x[:2] == (-1, -0.5)


def test_only_the_most_changed_classes_are_drawn(samples: pd.DataFrame) -> None:
    count = MAX_CLASSES + 30
    test = samples[samples["index"] == 8]  # right in every trained model
    many = pd.concat([test.assign(label=c, prediction=c) for c in range(count)])
    lost = (many["role"] == "unlearned") & (many["label"] == count - 1)
    shown = class_changes(
        many.assign(prediction=many["prediction"].mask(lost, 0)), [f"class {c}" for c in range(count)]
    )
    assert len(shown.table) == count
    assert len(shown.figure.data[1].y) == MAX_CLASSES
    assert shown.figure.data[1].y[-1] == f"class {count - 1}"


def test_class_changes_without_gold(samples: pd.DataFrame, classes: tuple[str, ...]) -> None:
    alone = samples[~samples["role"].str.startswith("gold")]
    assert [trace.name for trace in class_changes(alone, classes).figure.data[1:]] == ["Unlearned"]
