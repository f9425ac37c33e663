import numpy as np
import pandas as pd
import pytest

from core.figures import class_probabilities, class_probabilities_table, logit_norms, logit_norms_table
from core.figures.image.single_image import MAX_CLASSES, MAX_OTHERS
from core.figures.theme import NEUTRAL, ROLES


@pytest.fixture
def answers() -> pd.DataFrame:
    """Four classes in two models."""
    return pd.DataFrame(
        {
            "role": ["original"] * 4 + ["gold-1"] * 4,
            "class": [0, 1, 2, 3] * 2,
            "probability": [0.7, 0.1, 0.199, 0.001, 0.2, 0.5, 0.1, 0.2],
            "norm": [8.0, 2.0, 3.0, 0.0, 1.0, 5.0, 2.0, 4.0],
        }
    )


NAMES = ("cat", "dog", "owl", "cow")


def test_probabilities(answers: pd.DataFrame) -> None:
    table = class_probabilities_table(answers, NAMES)
    assert table["class"].tolist() == list(NAMES)
    assert table["gold-1"].tolist() == [0.2, 0.5, 0.1, 0.2]
    shown = class_probabilities(answers, 2, NAMES)
    heat, full, others = shown.figure.data
    assert list(heat.y) == ["Original", "Gold 1"]
    assert np.array_equal(heat.z, [[0.7, 0.1, 0.199, 0.001], [0.2, 0.5, 0.1, 0.2]])
    assert (list(full.x), list(full.y), list(full.text)) == (["cat", "dog"], ["Original", "Gold 1"], ["70", "50"])
    assert list(others.text) == ["10", "20", "20", "10", "20"]  # less than half a percent is not written
    assert list(others.x) == ["dog", "owl", "cat", "owl", "cow"]
    (box,) = shown.figure.layout.shapes
    assert (box.x0, box.x1) == (1.5, 2.5)
    assert shown.alt == "Largest probability: Original cat 70%; Gold 1 dog 50%."


def test_of_many_classes_the_target_and_the_most_probable_are_drawn() -> None:
    many = pd.DataFrame({"role": "original", "class": range(40), "probability": np.arange(40) / 780})
    shown = class_probabilities(many, 2, [f"c{n}" for n in range(40)])
    assert list(shown.figure.data[0].x) == ["c2", *(f"c{n}" for n in range(40 - MAX_CLASSES + 1, 40))]
    assert shown.alt == "Largest probability: Original c39 5%."
    assert len(shown.table) == 40
    assert f" {MAX_CLASSES} of 40 classes are drawn" in shown.how_to_read


def test_norms_of_the_target_the_chosen_and_all_others(answers: pd.DataFrame) -> None:
    assert logit_norms_table(answers, NAMES)["original"].tolist() == [8.0, 2.0, 3.0, 0.0]
    shown = logit_norms(answers, 0, 2, NAMES)
    others, chosen, target = shown.figure.data
    assert (target.name, chosen.name) == ("c = cat", "c' = owl")
    assert list(target.x) == [8.0, 1.0]
    assert list(chosen.x) == [3.0, 2.0]
    assert list(others.x) == [2.0, 1.0, 5.0, 4.0]  # the zero is drawn at the smallest other norm
    assert list(others.y) == ["Original"] * 2 + ["Gold 1"] * 2
    assert list(others.customdata) == ["dog", "cow"] * 2
    assert set(others.marker.color) == {NEUTRAL}
    assert list(target.marker.color) == [ROLES["original"].color, ROLES["gold"].color]
    assert shown.alt == "Norm of the logit of cat: Original 8; Gold 1 1."


def test_of_many_norms_as_many_as_can_be_told_apart_are_drawn() -> None:
    count = 2 + 10 * MAX_OTHERS
    norms = np.random.default_rng(0).permutation(count) + 1.0
    many = pd.DataFrame({"role": "original", "class": range(count), "norm": norms})
    shown = logit_norms(many, 0, 1, [f"c{n}" for n in range(count)])
    others, chosen, target = shown.figure.data
    assert len(others.x) == MAX_OTHERS
    assert (min(others.x), max(others.x)) == (norms[2:].min(), norms[2:].max())
    assert np.diff(others.x).max() < 2.2 * count / MAX_OTHERS  # no gap that the norms have not
    assert [norms[int(name[1:])] for name in others.customdata] == list(others.x)
    assert (*chosen.x, *target.x) == (norms[1], norms[0])
    assert f"Of the {count - 2:,} other logits {MAX_OTHERS} are drawn" in shown.how_to_read


def test_norms_that_are_all_zero_are_drawn(answers: pd.DataFrame) -> None:
    shown = logit_norms(answers.assign(norm=0.0), 0, 1, NAMES)
    assert np.isfinite(np.concatenate([trace.x for trace in shown.figure.data])).all()
