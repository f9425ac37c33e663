from collections.abc import Callable
from typing import Any

import pytest

from core import RunSpec, plan
from core.planning.history import Past
from core.planning.plan import Plan
from core.planning.remaining import left_of_phase, left_of_run


@pytest.fixture
def planned(quick: Callable[..., RunSpec]) -> Plan:
    """Two golds; the original takes 400 image passes, each gold those of the retained images, nothing is known."""
    planned = plan(quick())
    gone = len(planned.forget)
    assert planned.passes == {"original": 400, "initial": 0, "gold-1": 2 * (200 - gone), "gold-2": 2 * (200 - gone)}
    return planned


def phase(name: str, done: int, total: int, *, since: tuple[int, float] = (0, 0.0), now: float) -> dict[str, Any]:
    return {"name": name, "done": done, "total": total, "started": 0.0, "changed": now, "recent": [list(since)]}


def test_a_phase_goes_on_at_the_pace_of_its_last_part() -> None:
    going_on = phase("original", 30, 100, since=(20, 100.0), now=150.0)  # 5 s a step of late
    assert left_of_phase(going_on, now=150.0) == pytest.approx(350)
    assert left_of_phase(going_on, now=160.0) == pytest.approx(340)
    assert left_of_phase(going_on, now=999.0) == 0
    assert left_of_phase(phase("original", 30, 100, since=(20, 100.0), now=100.9), now=101.0) is None  # too early
    assert left_of_phase(phase("original", 1, 100, since=(1, 5.0), now=5.0), now=9.0) is None


def test_nothing_is_said_where_nothing_is_known(planned: Plan) -> None:
    assert left_of_run(planned, [], now=0.0) == (None, False)
    assert left_of_run(planned, [phase("original", 1, 8, now=0.5)], now=0.5) == (None, False)


def test_trainings_to_come_go_by_the_pace_of_this_run(planned: Plan) -> None:
    """After the first epoch of two, of 4 steps each."""
    gold = planned.passes["gold-1"] / 400  # of the original's training
    left, whole = left_of_run(planned, [phase("original", 4, 8, now=20.0)], now=20.0)
    assert left == pytest.approx(20 + 2 * 40 * gold)
    assert not whole
    done = [phase("original", 8, 8, now=40.0), phase("unlearn", 3, 60, now=45.0)]
    assert left_of_run(planned, done, now=45.0)[0] == pytest.approx(2 * 40 * gold)
    later = [*done, phase("gold-1", 4, 8, now=60.0)]  # the machine is busier now: a gold takes 120 s
    assert left_of_run(planned, later, now=60.0)[0] == pytest.approx(60 + 120)


def test_an_estimate_of_other_machines_counts_until_there_is_a_pace(quick: Callable[..., RunSpec]) -> None:
    spec = quick()
    record = {"seconds": 1.0, "epochs": 1, "images": 100, "steps": 100, "device": "cpu",
              "spec": spec.model.model_dump(mode="json")}  # fmt: skip
    result = {"spec": spec.model_dump(mode="json"), "seconds": {"unlearn": 7.0, "measure": 3.0}}
    planned = plan(spec, past=Past((record,), (result,)))
    assert left_of_run(planned, [], now=0.0) == (planned.known_seconds, True)
    measured, _ = left_of_run(planned, [phase("original", 4, 8, now=20.0)], now=20.0)
    assert measured == pytest.approx(20 + 2 * planned.passes["gold-1"] / 10 + 7 + 3)  # 0.1 s an image, not 0.01
    trained = plan(spec, models={model.key for model in planned.models.values()}, past=Past((record,), (result,)))
    ended = [phase("unlearn", 8, 60, now=1.0), phase("measure", 1, 9, now=1.0)]
    assert left_of_run(trained, ended[:1], now=1.0) == (6 + 3, True)
    assert left_of_run(trained, ended, now=1.0) == (2, True)


def test_what_is_trained_by_now_is_not_counted(quick: Callable[..., RunSpec], planned: Plan) -> None:
    ready = plan(quick(), models={planned.models["original"].key, planned.models["gold-1"].key})
    left, _ = left_of_run(ready, [phase("original", 8, 8, now=40.0), phase("gold-1", 8, 8, now=80.0)], now=80.0)
    assert left == pytest.approx(80.0)
