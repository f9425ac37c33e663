"""Small made-up tables in the shape that runs write."""

import numpy as np
import pandas as pd
import pytest

from core.analysis.slices import Images, images_of, outcomes_at_steps
from core.figures import StepImages
from core.metrics.easy_hard import OUTCOMES
from core.results import Result

ROLES = ("initial", "original", "unlearned", "gold-1", "gold-2")


@pytest.fixture
def classes() -> tuple[str, ...]:
    return ("cat", "dog", "owl")


@pytest.fixture
def samples() -> pd.DataFrame:
    """Five roles, ten images: 0 to 3 forget (cats), 4 to 6 retain, 7 to 9 test (one of each class), with norms whose
    shares can be counted by hand."""
    split = ["forget"] * 4 + ["retain"] * 3 + ["test"] * 3
    label = [0, 0, 0, 0, 1, 1, 2, 0, 1, 2]
    # The forget images' target norms first; retain and test images always have 5.
    target = {
        "initial": [1, 1, 1, 1],
        "original": [8, 8, 8, 8],
        "unlearned": [0, 2, 4, 16],
        "gold-1": [4, 4, 4, 4],
        "gold-2": [4, 8, 12, 20],
    }
    irrelevant = {"initial": 1, "original": 3, "unlearned": 4, "gold-1": 3, "gold-2": 5}
    prediction = {
        "initial": [2] * 10,
        "original": label,
        "unlearned": [1, 1, 0, 0, 1, 1, 2, 1, 1, 2],
        "gold-1": [1, 1, 1, 1, 1, 1, 2, 1, 1, 2],
        "gold-2": [2, 2, 2, 2, 1, 1, 2, 0, 1, 1],
    }
    frames = [
        pd.DataFrame(
            {
                "role": role,
                "split": split,
                "index": range(10),
                "label": label,
                "subclass": pd.array([None] * 10, dtype="Int64"),
                "prediction": prediction[role],
                "target_norm": [*map(float, target[role]), *[5.0] * 6],
                "irrelevant_norm": float(irrelevant[role]),
                "jacobian_norm": 9.0,
            }
        )
        for role in ROLES
    ]
    return pd.concat(frames, ignore_index=True)


@pytest.fixture
def trajectory() -> pd.DataFrame:
    """Steps 0 to 4: FA falls, the irrelevant norm dips and recovers, the stop rule looked at steps 2 and 4."""
    return pd.DataFrame(
        {
            "step": range(5),
            "loss": [float("nan"), 4.0, 3.0, 2.0, 1.0],
            "target_norm": [8.0, 6.0, 4.0, 2.0, 1.0],
            "irrelevant_norm": [4.0, 3.5, 3.0, 3.8, 4.4],
            "irrelevant_ratio": [None, None, 0.75, None, 1.1],
            "FA": [1.0, 0.9, 0.5, 0.1, 0.0],
            "RA": [1.0, 1.0, 0.99, 0.98, 0.98],
            "TA": [0.95, 0.94, 0.92, 0.89, 0.88],
            "seconds": [0.0, 0.1, 0.2, 0.3, 0.4],
        }
    )


@pytest.fixture
def result() -> Result:
    """What the figures read of a run's result.json."""

    def accuracies(*values: float) -> dict[str, float]:
        return dict(zip(("FA", "RA", "TA", "FA_test", "RA_test"), values, strict=True))

    return Result(
        {
            "accuracy": {
                "original": accuracies(1.0, 1.0, 0.95, 0.9, 0.96),
                "initial": accuracies(0.1, 0.1, 0.1, 0.1, 0.1),
                "unlearned": accuracies(0.1, 0.98, 0.89, 0.3, 0.96),
                "gold-10": accuracies(0.4, 1.0, 0.90, 0.4, 0.97),
                "gold-2": accuracies(0.6, 1.0, 0.92, 0.6, 0.95),
            }
        }
    )


@pytest.fixture
def verdicts() -> pd.DataFrame:
    """Five forget images of a TMU run, cats: 12 and 13 predicted easy, of which gold gets one right; 10, 11 and 14
    hard, of which most golds get one right."""
    return pd.DataFrame(
        {
            "index": [10, 11, 12, 13, 14],
            "label": 0,
            "nf": [0.5, 0.4, 0.2, 0.3, 0.6],
            "af": [1.5, 1.4, 1.2, 1.3, 1.6],
            "cf": [2.5, 2.4, 2.2, 2.3, 2.6],
            "nf_z": [1.0, 0.5, -1.0, -0.5, 4.0],
            "af_z": [1.1, 0.6, -1.1, -0.6, 4.1],
            "cf_z": [1.2, 0.7, -1.2, -0.7, 4.2],
            "p_hard": [0.7, 0.6, 0.1, 0.2, 0.9],
            "easy": [False, False, True, True, False],
            "right": [0.25, 0.75, 1.0, 0.25, 0.0],
            "outcome": [OUTCOMES[3], OUTCOMES[2], OUTCOMES[0], OUTCOMES[1], OUTCOMES[3]],
        }
    )


@pytest.fixture
def right() -> np.ndarray:
    """What four golds say of those images."""
    return np.array([[0, 1, 1, 0, 0], [0, 1, 1, 0, 0], [0, 1, 1, 0, 0], [1, 0, 1, 1, 0]], bool)


@pytest.fixture
def twin() -> pd.DataFrame:
    """Four twin images, three of them easy."""
    return pd.DataFrame(
        {
            "index": [900, 901, 902, 903],
            "label": 0,
            "nf_z": [-1.0, 0.0, 1.0, 2.0],
            "af_z": [-1.0, 0.0, 1.0, 2.0],
            "cf_z": [-1.0, 0.0, 1.0, 2.0],
            "loss": [0.01, 0.1, 0.3, 1.0],
            "p_hard": [0.1, 0.2, 0.3, 0.9],
            "easy": [True, True, True, False],
        }
    )


@pytest.fixture
def images(samples: pd.DataFrame) -> Images:
    """The images of ``samples``: gold is wrong on all forget images; 0 and 1 are forgotten as gold, 2 and 3 are not."""
    return images_of(samples.assign(probability=0.5, loss=0.1))


@pytest.fixture
def places() -> pd.DataFrame:
    """A map of images 0 to 9 in three models: 4 is the nearest retained image."""
    return pd.DataFrame(
        {
            "role": np.repeat(["original", "unlearned", "gold-1"], 10),
            "index": [*range(10)] * 3,
            "x": np.arange(30.0),
            "y": -np.arange(30.0),
            "nearest": [n == 4 for n in range(10)] * 3,
        }
    )


@pytest.fixture
def followed(images: Images, classes: tuple[str, ...]) -> StepImages:
    """The forget images over steps 0 to 4: image n is a dog from step n + 2 on."""
    steps = pd.DataFrame([(s, n, int(s >= n + 2), 0.5) for s in range(5) for n in range(4)],
                         columns=["step", "index", "prediction", "probability"])  # fmt: skip
    ids = [2, 0, 3]
    return StepImages(outcomes_at_steps(steps, images), ids, np.zeros((3, 1, 2, 2), np.uint8), classes)
