"""Two models, three classes, numbers that can be checked by hand."""

import pandas as pd
import pytest

from core.analysis.single_image import in_models, mumis_numbers, target_and_rival


@pytest.fixture
def answers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "role": ["original"] * 3 + ["unlearned"] * 3,
            "class": [0, 1, 2] * 2,
            "logit": [5.0, 1.0, 3.0, 0.0, 4.0, 1.0],
            "probability": [0.8, 0.05, 0.15, 0.1, 0.7, 0.2],
            "norm": [4.0, 2.0, 3.0, 1.0, 5.0, 2.0],
        }
    )


@pytest.mark.parametrize(("label", "expected"), [(None, (0, 2)), (0, (0, 2)), (1, (1, 0)), (2, (2, 0))])
def test_the_strongest_irrelevant_class_is_the_originals(
    label: int | None, expected: tuple[int, int], answers: pd.DataFrame
) -> None:
    assert target_and_rival(answers, label) == expected


def test_in_models(answers: pd.DataFrame) -> None:
    found = in_models(answers, 0).set_index("role")
    assert found.index.tolist() == ["original", "unlearned"]
    assert found["prediction"].tolist() == [0, 1]
    assert found["probability"].tolist() == [0.8, 0.1]
    assert found["margin"].tolist() == [2.0, -4.0]
    assert found["target_norm"].tolist() == [4.0, 1.0]
    assert found["irrelevant_norm"].tolist() == [2.5, 3.5]
    assert found["jacobian_norm"].tolist() == pytest.approx([29**0.5, 30**0.5])


def test_mumis_numbers(answers: pd.DataFrame) -> None:
    found = mumis_numbers(answers, 0, 2).set_index("role")
    assert found.loc["original"].tolist() == [16.0, 9.0, 7.0]
    assert found.loc["unlearned"].tolist() == [1.0, 4.0, -3.0]
