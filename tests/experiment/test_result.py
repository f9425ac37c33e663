import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from core import RunSpec, Step, plan
from core.experiment.result import build_result
from core.experiment.unlearn import Trajectory

NORMS = ["target_norm", "irrelevant_norm", "jacobian_norm"]


def table(role: str, right: list[bool], norm: float) -> pd.DataFrame:
    """Two forget images of class 3, two retain and two test images of classes 3 and 4."""
    labels = [3, 3, 4, 5, 3, 4]
    frame = pd.DataFrame(
        {
            "role": role,
            "split": ["forget", "forget", "retain", "retain", "test", "test"],
            "label": labels,
            "prediction": [label if ok else 9 for label, ok in zip(labels, right, strict=True)],
        }
    )
    return frame.assign(**{name: [norm, norm + 2, None, None, None, None] for name in NORMS})


@pytest.fixture
def result(quick: Callable[..., RunSpec]) -> dict[str, Any]:
    yes, no = [True] * 6, [False, False, True, True, False, True]
    tables = {
        "original": table("original", yes, 10),
        "gold-1": table("gold-1", no, 4),
        "gold-2": table("gold-2", [True, False, True, True, False, True], 6),
        "unlearned": table("unlearned", [False, False, True, False, False, True], 1),
    }
    records = {role: {"seconds": n} for n, role in enumerate(("original", "gold-1", "gold-2"), start=1)}
    planned = replace(plan(quick(gold_seeds=(1, 2))), near_duplicates=(5, 9))
    trajectory = Trajectory()
    for step in range(8):
        trajectory.add(Step(step, 7, 0.0, {}, "enough" if step == 7 else None), pd.DataFrame())
    trajectory.seconds = 0.5
    trajectory.notes.append("Seen on the way.")
    return build_result(planned, tables, records, trajectory, {"outputs": {}}, 0.25, "cpu")


def test_the_numbers_by_hand(result: dict[str, Any]) -> None:
    assert result["accuracy"]["unlearned"] == {"FA": 0.0, "RA": 0.5, "TA": 0.5, "FA_test": 0.0, "RA_test": 1.0}
    # mean gold: FA 0.25, RA 1, TA 0.5
    assert result["gap"] == pytest.approx({"average": 0.25, "FA": 0.25, "RA": 0.5, "TA": 0.0})
    assert result["gap_test"] == pytest.approx({"average": 0.0, "FA_test": 0.0, "RA_test": 0.0, "TA": 0.0})
    # the golds differ in FA alone, by 0.5
    assert result["gold_spread"] == pytest.approx({"average": 0.5 / 3, "FA": 0.5, "RA": 0.0, "TA": 0.0})
    # original: (1 - 0.75) * 1 * (1 - 0.5); unlearned: 0.75 * 0.5 * 1; a gold against the other: 0.5 * 1 * 1
    assert result["tug_of_war"] == {"original": 0.125, "unlearned": 0.375, "gold-1": 0.5, "gold-2": 0.5}
    assert result["outputs"] == {}
    assert "Seen on the way." in result["notes"]
    assert any(note.startswith("2 retained images are near-duplicates of") for note in result["notes"])
    assert result["sensitivity"]["original"] == {"target": 11.0, "irrelevant": 11.0, "jacobian": 11.0}
    assert result["seconds"] == {"original": 1, "unlearn": 0.5, "gold": [2, 3], "measure": 0.25}
    assert (result["steps"], result["stop_reason"], result["device"]) == (7, "enough", "cpu")


def test_it_is_json(result: dict[str, Any], quick: Callable[..., RunSpec]) -> None:
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["run"] == quick().id
    assert result["request"] == quick("mu-mis").request_key
    assert set(result["versions"]) == {"python", "torch", "numpy", "pandas"}
