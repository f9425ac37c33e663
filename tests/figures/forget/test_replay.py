import numpy as np
import pandas as pd
import pytest

from core.figures import StepImages, replay

STEPS = pd.DataFrame(
    {
        "step": [0, 0, 1, 1, 2, 2],
        "index": [7, 9] * 3,
        "label": [0, 0] * 3,
        "prediction": [0, 0, 1, 0, 1, 1],
        "outcome": ["right"] * 6,
    }
)
TRACKED = StepImages(STEPS, [9, 7], np.zeros((2, 1, 2, 2), np.uint8), ("cat", "hippopotamus"))
TRAJECTORY = pd.DataFrame({"step": [0, 2], "FA": [1.0, 0.25], "RA": [1.0, 0.9], "TA": [None, None]})


def test_every_frame_of_every_image() -> None:
    shown = replay(TRACKED, TRAJECTORY, [], {7: "hippopotamus"})
    assert shown["steps"] == [0, 1, 2]
    assert shown["right"] == [1.0, 0.5, 0.0]
    first, second = shown["tiles"]
    assert (first["about"], first["predicted"], first["right"]) == (
        "Image 9, cat", ["cat", "cat", "hippopota…"], [True, True, False],
    )  # fmt: skip
    assert (second["predicted"], second["gold"], first["gold"]) == (
        ["cat", "hippopota…", "hippopota…"], "hippopota…", "",
    )  # fmt: skip


def test_curves_hold_their_last_value_and_have_golds_mean() -> None:
    fa, ra = replay(TRACKED, TRAJECTORY, [{"FA": 0.2, "RA": 0.8}, {"FA": 0.4, "RA": None}], {})["curves"]
    assert (fa["name"], fa["values"], fa["gold"]) == ("Forget set", [1.0, 1.0, 0.25], pytest.approx(0.3))
    assert (ra["name"], ra["values"], ra["gold"]) == ("Retain set", [1.0, 1.0, 0.9], 0.8)
