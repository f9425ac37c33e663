import math

import pandas as pd
import pytest

from core.analysis.sequences import largest_relapse, request_accuracies, sequence_steps
from core.results import Result

# Four images: 0 and 1 are request 1 (class 0), 2 is request 2 (class 1), 3 is request 3 (class 2); 4 is retained.
LABELS = {0: 0, 1: 0, 2: 1, 3: 2, 4: 3}
SPLITS = {
    1: ["forget", "forget", "retain", "retain", "retain"],
    2: ["forgotten", "forgotten", "forget", "retain", "retain"],
    3: ["forgotten", "forgotten", "forgotten", "forget", "retain"],
}
# Which images each model gets right, by step; the original is right on all, the initial model on none.
RIGHT = {
    1: {"unlearned": {2, 3, 4}, "gold-1": {2, 3, 4}, "gold-2": {0, 2, 3, 4}},
    2: {"unlearned": {1, 3, 4}, "gold-1": {3, 4}, "gold-2": {0, 3, 4}},
    3: {"unlearned": {0, 1, 2, 4}, "gold-1": {4}, "gold-2": {0, 4}},
}


def samples(step: int, golds: bool = True) -> pd.DataFrame:
    rows = [
        {"role": role, "split": split, "index": image, "label": label,
         "prediction": label if image in right else 9}
        for role, right in ({"original": set(LABELS), "initial": set()} | RIGHT[step]).items()
        if golds or not role.startswith("gold")
        for (image, label), split in zip(LABELS.items(), SPLITS[step], strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def result(step: int, golds: bool = True) -> Result:
    def accuracies(fa: float, ra: float, ta: float) -> dict:
        return {"FA": fa, "RA": ra, "TA": ta}

    found = {"original": accuracies(1, 1, 1), "unlearned": accuracies(0.1 * step, 0.9, 0.8)}
    outputs: dict = {"unlearned": None}
    if golds:
        found |= {"gold-1": accuracies(0, 1, 0.9), "gold-2": accuracies(0.2, 1, 0.9)}
        outputs = {"unlearned": {"kl": 0.5, "agreement": 0.5}, "gold-1": {"kl": 0.2, "agreement": 1},
                   "gold-2": {"kl": 0.4, "agreement": 1}}  # fmt: skip
    return Result(
        {
            "run": f"r{step}",
            "forget": {"text": f"class={step - 1}", "size": 2},
            "accuracy": found,
            "outputs": outputs,
            "seconds": {"unlearn": 0.5, "gold": [1.0, 3.0] if golds else []},
            "steps": 7,
        }
    )


def test_accuracy_on_every_request_after_every_step() -> None:
    table = request_accuracies([samples(1), samples(2)])
    cells = table.set_index(["step", "request", "role"])["accuracy"].to_dict()
    assert cells[0, 1, "original"] == cells[0, 2, "original"] == 1
    assert cells[1, 1, "unlearned"] == 0  # images 0 and 1 are wrong
    assert cells[1, 2, "unlearned"] == 1  # not asked for yet
    assert cells[2, 1, "unlearned"] == 0.5  # image 1 came back
    assert cells[2, 1, "gold-2"] == 0.5
    assert {role for _, _, role in cells} == {"original", "unlearned", "gold-1", "gold-2"}
    assert not table.duplicated(["step", "request", "role"]).any()


def test_gaps_by_hand() -> None:
    runs = [samples(1), samples(2), samples(3)]
    steps = sequence_steps([result(1), result(2), result(3)], request_accuracies(runs)).set_index("step")
    # Step 1: FA 0.1 against a mean of 0.1, RA and TA 0.1 below: the mean of 0, 0.1 and 0.1.
    assert steps["gap"].tolist() == pytest.approx([0.2 / 3, 0.3 / 3, 0.4 / 3])
    assert steps["gap_floor"].tolist() == pytest.approx([0.2 / 3] * 3)  # golds are 0.2 from each other in FA alone
    assert steps["kl"].tolist() == pytest.approx([0.5] * 3)
    assert steps["kl_floor"].tolist() == pytest.approx([0.3] * 3)
    assert math.isnan(steps.loc[1, "resilience"])
    # Step 2, request 1: unlearned 1/2, golds 0 and 1/2. Step 3: request 1 is at 1 against 0 and 1/2, request 2 at 1
    # against 0 and 0: the mean of 3/4 and 1.
    assert steps["resilience"].tolist()[1:] == pytest.approx([0.25, 0.875])
    # Golds differ by 1/2 on request 1, and not at all on request 2.
    assert steps["resilience_floor"].tolist()[1:] == pytest.approx([0.5, 0.25])
    assert steps["retraining"].tolist() == pytest.approx([2.0] * 3)
    assert steps["run"].tolist() == ["r1", "r2", "r3"]
    assert steps["request"].tolist() == ["class=0", "class=1", "class=2"]


def test_without_gold_there_are_no_gaps() -> None:
    runs = [samples(1, golds=False), samples(2)]
    steps = sequence_steps([result(1, golds=False), result(2)], request_accuracies(runs)).set_index("step")
    assert steps.loc[1, ["gap", "kl", "gap_floor", "retraining"]].isna().all()
    assert steps.loc[2, ["gap", "kl", "resilience", "resilience_floor"]].notna().all()


def test_one_gold_has_no_floor() -> None:
    frames = [frame[frame["role"] != "gold-2"] for frame in (samples(1), samples(2))]
    results = [result(1), result(2)]
    for one in results:
        del one["accuracy"]["gold-2"], one["outputs"]["gold-2"]
        one["outputs"]["gold-1"] = None  # there is no other gold
    steps = sequence_steps(results, request_accuracies(frames)).set_index("step")
    assert steps.loc[2, "resilience"] == 0.5
    assert steps[["gap_floor", "kl_floor", "resilience_floor"]].isna().all(axis=None)


def test_the_largest_relapse() -> None:
    found = largest_relapse(request_accuracies([samples(1), samples(2), samples(3)]))
    assert found is not None
    # Both requests went from 0 to 1; the first one stands for them. Golds are at 0 and 1/2 on it.
    assert found == (1, 0.0, 1.0, 0.25)
    assert largest_relapse(request_accuracies([samples(1)])) is None
    kept = samples(2).query("role != 'unlearned' or index != 1")  # without the image that came back
    assert largest_relapse(request_accuracies([samples(1), kept])) is None
