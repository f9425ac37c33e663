import math

import pandas as pd
import pytest

from core.analysis.prediction_transitions import flow_difference, prediction_flow


def samples(**predictions: list[int]) -> pd.DataFrame:
    """Predictions of four forget images by role, and of one retained image that must not count."""
    frames = [
        pd.DataFrame({"split": ["forget"] * 4 + ["retain"], "index": range(5), "role": role, "prediction": [*taken, 9]})
        for role, taken in predictions.items()
    ]
    return pd.concat(frames, ignore_index=True)


def test_shares_of_all_forget_images_counted_by_hand() -> None:
    taken = {"original": [0, 0, 0, 1], "unlearned": [1, 1, 0, 1], "gold-1": [0, 0, 0, 1], "gold-2": [1, 0, 0, 1]}
    flow = prediction_flow(samples(**taken)).set_index(["before", "after"])
    assert flow.loc[(0, 0)].tolist() == [0.25, 0.625, 0.5, 0.75]  # unlearned, gold, gold_low, gold_high
    assert flow.loc[(0, 1)].tolist() == [0.5, 0.125, 0.0, 0.25]
    assert flow.loc[(1, 1)].tolist() == [0.25] * 4
    assert flow.index[0] == (0, 0)  # the largest on either side
    # Three eighths of the images would have to stay where they are now sent away.
    assert flow_difference(flow) == pytest.approx(0.375)


def test_without_gold_the_difference_is_unknown() -> None:
    flow = prediction_flow(samples(original=[0, 0, 0, 0], unlearned=[1, 1, 1, 2]))
    assert flow["unlearned"].tolist() == [0.75, 0.25]
    assert flow[["gold", "gold_low", "gold_high"]].isna().all(axis=None)
    assert math.isnan(flow_difference(flow))
