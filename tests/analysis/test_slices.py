"""Six images, five roles; every expected number is counted by hand."""

import numpy as np
import pandas as pd
import pytest

from core.analysis.slices import (
    SLICE_METRICS,
    Images,
    Slice,
    beside_all,
    images_of,
    metrics,
    ordered,
    outcome,
    outcomes_at_steps,
    slice_mask,
    training_ids,
)
from core.metrics.accuracy import accuracies

SPLIT = ["forget", "forget", "forget", "forget", "retain", "test"]
LABEL = [0, 0, 0, 0, 1, 0]
PREDICTION = {
    "original": [0, 0, 0, 0, 1, 0],
    "unlearned": [0, 0, 1, 1, 0, 0],
    "gold-1": [0, 1, 1, 0, 1, 1],
    "gold-2": [0, 1, 0, 0, 1, 1],
}
PROBABILITY = {"original": [1, 1, 1, 1, 1, 0.5], "unlearned": [0.9, 0.8, 0.3, 0.1, 0.4, 0.6]}
NORM = {"original": [8, 8, 8, 8, 4, None], "unlearned": [1, 2, 3, 4, 4, None]}


@pytest.fixture
def samples() -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {
                "role": role,
                "split": SPLIT,
                "index": [10, 11, 12, 13, 14, 15],
                "label": LABEL,
                "subclass": pd.array([5, 5, 6, 6, 7, 5], dtype="Int64"),
                "prediction": prediction,
                "probability": PROBABILITY.get(role, [0.5] * 6),
                "loss": [0.1, 0.4, 0.2, 0.4, 0.9, 0.3],
                "target_norm": NORM.get(role, [6.0] * 6),
                "irrelevant_norm": [1.0] * 5 + [None],
            }
        )
        for role, prediction in PREDICTION.items()
    ]
    return pd.concat(frames, ignore_index=True)


@pytest.fixture
def images(samples: pd.DataFrame) -> Images:
    return images_of(samples.sample(frac=1, random_state=0))  # in any order


def mask(images: Images, **words: object) -> list[int]:
    return images.about["index"][slice_mask(images, Slice(**words))].tolist()


def test_one_row_per_image(images: Images) -> None:
    about = images.about
    assert about["index"].tolist() == [10, 11, 12, 13, 14, 15]
    # 12: one of two golds is right, which is at least half.
    assert about["outcome"].tolist() == [
        "kept as gold", "not forgotten", "over-forgotten", "over-forgotten", "harmed", "better than gold",
    ]  # fmt: skip
    assert about["hardness"].tolist() == [0.1, 0.4, 0.2, 0.4, 0.9, 0.3]
    assert about["change"].tolist() == pytest.approx([0.1, 0.2, 0.7, 0.9, 0.6, 0.1])
    assert about["easy"].isna().all()
    assert images.golds == ["gold-1", "gold-2"]
    assert images.values["prediction"]["gold-1"].tolist() == [0, 1, 1, 0, 1, 1]
    assert images.values["prediction"].dtypes.eq("int64").all()


def test_images_of_earlier_requests_are_forgotten_images(samples: pd.DataFrame) -> None:
    images = images_of(samples.assign(split=samples["split"].replace("retain", "forgotten")))
    assert images.about["outcome"].tolist()[4] == "over-forgotten"


def test_every_outcome() -> None:
    right = np.array([True, False, True, False])
    gold = np.array([True, False, False, True])[:, None]
    forget = np.ones(4, dtype=bool)
    assert outcome(right, gold, forget).tolist() == [
        "kept as gold", "forgotten as gold", "not forgotten", "over-forgotten",
    ]  # fmt: skip
    assert outcome(right, gold, ~forget).tolist() == ["right as gold", "wrong as gold", "better than gold", "harmed"]
    assert outcome(right, gold[:, :0], forget).tolist() == ["right", "wrong", "right", "wrong"]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ({}, [10, 11, 12, 13, 14, 15]),
        ({"labels": (1,)}, [14]),
        ({"subclasses": (5, 7)}, [10, 11, 14, 15]),
        ({"splits": ("test", "retain")}, [14, 15]),
        ({"outcomes": ("over-forgotten", "harmed")}, [12, 13, 14]),
        ({"low": 2.0, "high": 3.0}, [11, 12]),
        ({"high": 3.0}, [10, 11, 12]),
        ({"low": 5.0, "role": "original"}, [10, 11, 12, 13]),
        ({"norm": "irrelevant_norm", "low": 0.0}, [10, 11, 12, 13, 14]),  # 15 was not measured
        ({"ids": (15, 10, 99)}, [10, 15]),
        ({"splits": ("forget",), "subclasses": (6,), "low": 4.0}, [13]),
        ({"easy": True}, []),
    ],
)
def test_filters(words: dict, ids: list[int], images: Images) -> None:
    assert mask(images, **words) == ids


def test_easy_and_hard_of_a_tmu_run(samples: pd.DataFrame) -> None:
    own = (samples["role"] == "unlearned") & (samples["split"] == "forget")
    easy = pd.Series([None] * len(samples), dtype=object)
    easy[own] = [True, False, False, True]
    images = images_of(samples.assign(easy=easy))
    assert mask(images, easy=True) == [10, 13]
    assert mask(images, easy=False) == [11, 12]


def test_metrics_of_a_slice(images: Images) -> None:
    table = metrics(images, slice_mask(images, Slice(ids=(11, 12, 14, 15)))).set_index("role")
    own = table.loc["unlearned"]
    assert own["images"] == 4
    assert (own["FA"], own["RA"], own["TA"]) == (0.5, 0.0, 1.0)
    assert own["probability"] == pytest.approx((0.8 + 0.3 + 0.4 + 0.6) / 4)
    # As gold 1: 12 only; as gold 2: none.
    assert own["agreement"] == 1 / 8
    assert table.loc["gold-1", "agreement"] == 3 / 4  # to gold 2: all but 12
    assert own["target_norm"] == (2 + 3 + 4) / 3
    assert own["irrelevant_norm"] == 1


def test_all_images_have_the_accuracies_of_the_run(images: Images, samples: pd.DataFrame) -> None:
    table = metrics(images, np.ones(6, dtype=bool)).set_index("role")
    for role, rows in samples.groupby("role"):
        expected = accuracies(rows)
        assert {name: table.loc[role, name] for name in ("FA", "RA", "TA")} == {
            name: expected[name] for name in ("FA", "RA", "TA")
        }


def test_a_mean_over_nothing_is_null(images: Images) -> None:
    table = metrics(images, np.zeros(6, dtype=bool))
    assert (table["images"] == 0).all()
    assert table[list(SLICE_METRICS)].isna().all(axis=None)
    forget = metrics(images, slice_mask(images, Slice(splits=("forget",))))
    assert forget[["RA", "TA"]].isna().all(axis=None)


def test_without_gold(samples: pd.DataFrame) -> None:
    images = images_of(samples[~samples["role"].str.startswith("gold-")])
    assert images.about["outcome"].tolist() == ["right", "right", "wrong", "wrong", "wrong", "right"]
    assert metrics(images, np.ones(6, dtype=bool))["agreement"].isna().all()


def test_a_slice_compared_with_all_images(images: Images) -> None:
    table = beside_all(images, slice_mask(images, Slice(splits=("forget",), labels=(0,), ids=(12, 13, 14))))
    row = table[(table["role"] == "unlearned") & (table["metric"] == "FA")].iloc[0]
    assert (row["slice"], row["all"], row["difference"]) == (0.0, 0.5, -0.5)
    assert len(table) == len(images.roles) * len(SLICE_METRICS)


def test_the_order_of_a_slice(images: Images) -> None:
    everything = np.ones(6, dtype=bool)
    assert ordered(images, everything).tolist() == [0, 1, 2, 3, 4, 5]
    assert ordered(images, everything, "change").tolist() == [3, 2, 4, 1, 0, 5]
    forget = slice_mask(images, Slice(splits=("forget",)))
    assert ordered(images, forget, "hardness").tolist() == [1, 3, 2, 0]  # equals by id


def test_only_training_images_can_be_requested(images: Images) -> None:
    everything = np.ones(6, dtype=bool)
    assert training_ids(images, everything) == [10, 11, 12, 13, 14]
    assert training_ids(images, everything, "hardness", 2) == [14, 11]
    assert training_ids(images, slice_mask(images, Slice(splits=("test",)))) == []


def test_outcomes_at_every_step(images: Images) -> None:
    steps = pd.DataFrame({"step": [0, 0, 1, 1], "index": [12, 11, 12, 11], "prediction": [0, 0, 1, 1]})
    found = outcomes_at_steps(steps, images)
    assert found["label"].tolist() == [0, 0, 0, 0]
    # Gold is right on 12 and wrong on 11.
    assert found["outcome"].tolist() == ["kept as gold", "not forgotten", "over-forgotten", "forgotten as gold"]
