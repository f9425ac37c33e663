import pandas as pd
import pytest

from core.figures import flips, flips_table
from core.figures.gold_comparison.collateral import GROUPS


@pytest.fixture
def others() -> pd.DataFrame:
    """Twenty images, one flipped: the nearest. Every gold flips the farthest, half of them the next one."""
    return pd.DataFrame(
        {
            "index": range(20),
            "distance": [float(20 - i) for i in range(20)],
            "flipped": [False] * 19 + [True],
            "gold_flipped": [1.0, 0.5] + [0.0] * 18,
        }
    )


def test_groups_have_equally_many_images_nearest_first(others: pd.DataFrame) -> None:
    table = flips_table(others)
    assert table["group"].tolist() == list(range(1, GROUPS + 1))
    assert table["images"].tolist() == [2] * GROUPS
    assert table[["low", "high"]].iloc[0].tolist() == [1.0, 2.0]
    assert table["unlearned"].tolist() == [0.5] + [0.0] * 9
    assert table["gold"].tolist() == [0.0] * 9 + [0.75]


def test_fewer_images_than_groups(others: pd.DataFrame) -> None:
    assert flips_table(others.head(3))["images"].tolist() == [1, 1, 1]


def test_both_models_are_drawn(others: pd.DataFrame) -> None:
    shown = flips(others)
    assert [trace.name for trace in shown.figure.data] == ["Mean gold", "Unlearned"]
    assert shown.alt == "Of the images nearest to the forget set 50.0% flipped, in gold 0.0%."


def test_without_gold_and_without_images(others: pd.DataFrame) -> None:
    alone = flips(others.assign(gold_flipped=float("nan")))
    assert [trace.name for trace in alone.figure.data] == ["Unlearned"]
    assert alone.alt == "Of the images nearest to the forget set 50.0% flipped."
    assert flips(others.head(0)).alt == "There are no images besides the forget set."
