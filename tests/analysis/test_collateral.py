import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from core.analysis import collateral as module
from core.analysis.collateral import collateral, nearest_forget


def test_the_nearest_forget_image_against_scipy() -> None:
    images = np.random.default_rng(0).integers(0, 256, (12, 1, 3, 3), np.uint8)
    forget = np.arange(12) % 3 == 0
    found = nearest_forget(images, np.arange(100, 112), forget)
    pixels = images.reshape(12, -1) / 255
    distances = cdist(pixels[~forget], pixels[forget])
    assert found["index"].tolist() == [100 + i for i in range(12) if i % 3]
    assert found["distance"].tolist() == pytest.approx(distances.min(axis=1), abs=1e-5)
    assert found["nearest"].tolist() == [100 + 3 * place for place in distances.argmin(axis=1)]


def test_of_many_forget_images_an_evenly_spaced_part_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FORGET", 2)
    images = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1)
    found = nearest_forget(images, np.arange(5), np.array([True, True, True, True, False]))
    assert found["nearest"].tolist() == [2]  # of 0 and 2; 3 would be nearer


@pytest.fixture
def samples() -> pd.DataFrame:
    """Image 0 is forgotten, 4 to 6 are retained, 7 to 9 test."""
    split = ["forget", *["retain"] * 3, *["test"] * 3]
    label = [0, 1, 1, 2, 0, 1, 2]
    prediction = {
        "original": label,
        "unlearned": [1, 1, 1, 2, 1, 1, 2],
        "gold-1": [1, 1, 1, 2, 1, 1, 2],
        "gold-2": [2, 1, 1, 2, 0, 1, 1],
    }
    about = {"split": split, "index": [0, *range(4, 10)], "label": label}
    frames = [pd.DataFrame({"role": role, "prediction": taken, **about}) for role, taken in prediction.items()]
    return pd.concat(frames, ignore_index=True)


def test_who_flipped_counted_by_hand(samples: pd.DataFrame) -> None:
    nearest = pd.DataFrame({"index": range(4, 10), "nearest": 0, "distance": [6.0, 5.0, 4.0, 1.0, 2.0, 3.0]})
    table = collateral(samples, nearest)
    assert table["index"].tolist() == [7, 8, 9, 6, 5, 4]  # nearest first, no forget image
    assert table["split"].tolist() == ["test"] * 3 + ["retain"] * 3
    # Unlearned loses image 7; gold-1 image 7, gold-2 image 9.
    assert table["flipped"].tolist() == [True, False, False, False, False, False]
    assert table["gold_flipped"].tolist() == [0.5, 0.0, 0.5, 0.0, 0.0, 0.0]
    assert table.loc[0, ["original", "unlearned"]].tolist() == [0, 1]


def test_without_gold(samples: pd.DataFrame) -> None:
    alone = samples[~samples["role"].str.startswith("gold")]
    nearest = pd.DataFrame({"index": range(4, 10), "nearest": 0, "distance": 1.0})
    assert collateral(alone, nearest)[["gold", "gold_flipped"]].isna().all(axis=None)


def test_the_majority_is_pandas_mode() -> None:
    said = np.random.default_rng(0).integers(0, 4, (200, 5))  # ties among them
    assert module._majority(said).tolist() == pd.DataFrame(said).mode(axis=1)[0].astype(int).tolist()
