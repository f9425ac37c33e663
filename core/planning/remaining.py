"""How long a run that goes on will about take, by its own pace."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.planning.plan import Plan

Phase = Mapping[str, Any]  # as the progress file has it

MIN_SECONDS = 1.0  # seconds of work that say how fast it goes


def left_of_phase(phase: Phase, now: float) -> float | None:
    """Seconds until a phase ends; None before its pace is known."""
    step = _seconds_a_step(phase)
    return None if step is None else max(0.0, step * (phase["total"] - phase["done"]) - (now - phase["changed"]))


def left_of_run(planned: Plan, phases: Sequence[Phase], now: float) -> tuple[float | None, bool]:
    """Seconds until a run ends, of what can be known.

    Trainings go by the pace of the run's own last one; before that, as all else, by the plan.

    Args:
        planned: with what is trained by now.
        phases: of the progress file, in the order in which they began.

    Returns:
        seconds, None where nothing is known; and whether unlearning and measuring are in them.
    """
    begun = {phase["name"]: phase for phase in phases}
    seconds = dict(planned.seconds)
    if pace := _pace(planned, phases):
        seconds |= {role: pace * passes for role, passes in planned.passes.items() if role not in planned.cached}
    current = phases[-1]["name"] if phases else None
    for name in begun.keys() & seconds.keys():
        seconds[name] = _left(begun[name], seconds[name], now) if name == current else 0.0
    if current is not None and current not in seconds:
        seconds[current] = left_of_phase(begun[current], now) or 0.0
    if any(seconds[role] is None for role in planned.models):
        return None, False
    whole = seconds["unlearn"] is not None and seconds["measure"] is not None
    return sum(value for value in seconds.values() if value is not None), whole


def _left(phase: Phase, wanted: float | None, now: float) -> float | None:
    """Of the current phase. A method may end long before its last step, and measuring has parts of its own."""
    if phase["name"] in ("unlearn", "measure"):
        return None if wanted is None else max(0.0, wanted - (now - phase["started"]))
    left = left_of_phase(phase, now)
    return wanted if left is None else left


def _pace(planned: Plan, phases: Sequence[Phase]) -> float | None:
    """Seconds per image of this run's last training whose pace is known."""
    trainings = [phase for phase in phases if planned.passes.get(phase["name"])]
    known = [(step, phase) for phase in trainings if (step := _seconds_a_step(phase)) is not None]
    if not known:
        return None
    step, phase = known[-1]
    return step * phase["total"] / planned.passes[phase["name"]]


def _seconds_a_step(phase: Phase) -> float | None:
    """Over the last part of a phase, which is what the recorder keeps."""
    done, at = phase["recent"][0]
    made, spent = phase["done"] - done, phase["changed"] - at
    return spent / made if made and spent > MIN_SECONDS else None
