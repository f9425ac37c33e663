import pandas as pd
import pytest

from core import make_spec
from core.analysis.run_diff import (
    ABSENT,
    flips,
    image_differences,
    spec_differences,
    without_seeds,
)
from core.specs.codec import all_settings


def test_only_differences_are_listed() -> None:
    one = make_spec(forget="class=3", method="mu-mis")
    other = make_spec(forget="class=3:30%", method="mu-mis", unlearn_seed=4, gold_seeds=(5,))
    table = spec_differences({"A": one, "B": other}).set_index("setting")
    assert table.to_dict("index") == {
        "forget.text": {"A": "class=3", "B": "class=3:30%"},
        "unlearn_seed": {"A": "0", "B": "4"},
        "gold_seeds": {"A": "1, 2, 3", "B": "5"},
    }
    assert spec_differences({"A": one, "B": one}).empty


def test_a_setting_that_one_method_lacks_is_a_dash() -> None:
    runs = {
        "A": make_spec(method="mu-mis"),
        "B": make_spec(method="fine-tune"),
        "C": make_spec(method="none"),
    }
    table = spec_differences(runs).set_index("setting")
    assert table.loc["method.name"].tolist() == ["mu-mis", "fine-tune", "none"]
    assert table.loc["method.draws", "B"] == ABSENT != table.loc["method.draws", "A"]
    assert all(name.startswith("method.") for name in table.index)


def test_settings_that_the_chosen_variant_does_not_use_are_left_out() -> None:
    free, paper = (make_spec(method="mu-mis", settings={"variant": name}) for name in ("scale-free", "paper"))
    assert "method.learning_rate" not in all_settings(free)
    assert "method.learning_rate" in all_settings(paper)
    assert {"model.seed", "forget.text", "measure.deep"} <= set(all_settings(free))


def test_seeds_do_not_make_another_experiment() -> None:
    spec = make_spec(forget="class=3", method="mu-mis")
    same = [
        spec,
        spec.replace(unlearn_seed=9),
        spec.replace(model=spec.model.replace(seed=8)),
        spec.replace(gold_seeds=(7,)),
    ]
    assert len({without_seeds(one) for one in same}) == 1
    others = [
        make_spec(forget="class=4"),
        make_spec(method="scrub"),
        spec.replace(model=spec.model.replace(arch="allcnn")),
    ]
    assert len({without_seeds(one) for one in [spec, *others]}) == 4


@pytest.fixture
def pair() -> tuple[pd.DataFrame, pd.DataFrame]:
    one = pd.DataFrame({
        "index": [1, 2, 3, 4], "split": ["forget", "retain", "test", "test"], "label": [0, 1, 1, 2],
        "prediction": [0, 1, 1, 2], "probability": [0.9, 0.8, 0.7, 0.6],
    })  # fmt: skip
    other = one.assign(split=["retain", "retain", "test", "test"], prediction=[2, 1, 0, 2],
                       probability=[0.1, 0.85, 0.2, 0.6]).iloc[::-1]  # fmt: skip
    return one, other


def test_the_most_changed_images_come_first(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table = image_differences(*pair)
    assert table["index"].tolist() == [1, 3, 2, 4]
    assert table["change"].tolist() == pytest.approx([-0.8, -0.5, 0.05, 0.0])
    assert table["flipped"].tolist() == [True, True, False, False]
    assert table.loc[0, ["split_1", "split_2", "prediction_1", "prediction_2"]].tolist() == ["forget", "retain", 0, 2]


def test_flips_are_counted_by_split(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    assert flips(image_differences(*pair)).to_dict("records") == [
        {"split": "forget", "flipped": 1, "images": 1},
        {"split": "retain", "flipped": 0, "images": 1},
        {"split": "test", "flipped": 1, "images": 2},
    ]
