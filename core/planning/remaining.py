"""Estimates the remaining time of an active run from its own pace."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.planning.estimate import total_seconds
from core.planning.plan import Plan
from core.roles import is_gold

Phase = Mapping[str, Any]  # as in progress.json

MIN_SECONDS = 1.0  # seconds of work needed to measure the pace


def left_of_phase(phase: Phase, now: float) -> float | None:
    """Seconds until a phase ends; None while its pace is unknown."""
    step = _seconds_a_step(phase)
    return None if step is None else max(0.0, step * (phase["total"] - phase["done"]) - (now - phase["changed"]))


def left_of_run(planned: Plan, phases: Sequence[Phase], now: float) -> tuple[float | None, bool]:
    """Seconds until a run ends.

    Trainings use the pace of the run's last training, if there is one; everything else uses the plan's estimate.

    Args:
        planned: the plan, with the models trained so far.
        phases: from progress.json, in order.

    Returns:
        seconds (None: unknown); whether they include unlearning and measuring.
    """
    begun = {phase["name"]: phase for phase in phases}
    seconds = dict(planned.seconds)
    if pace := _pace(planned, phases):
        seconds |= {role: pace * passes for role, passes in planned.passes.items() if role not in planned.cached}
    current = phases[-1]["name"] if phases else None
    for name in begun.keys() & seconds.keys():
        going_on = name == current or (is_gold(name) and begun[name]["done"] < begun[name]["total"])
        seconds[name] = _left(begun[name], seconds[name], now) if going_on else 0.0
    if current is not None and current not in seconds:
        seconds[current] = left_of_phase(begun[current], now) or 0.0
    if any(seconds[role] is None for role in planned.models):
        return None, False
    whole = seconds["unlearn"] is not None and seconds["measure"] is not None
    return total_seconds(seconds, planned.golds_at_once), whole


def _left(phase: Phase, wanted: float | None, now: float) -> float | None:
    """Seconds left of the current phase. Unlearning and measuring use the plan: a method may stop early."""
    if phase["name"] in ("unlearn", "measure"):
        return None if wanted is None else max(0.0, wanted - (now - phase["started"]))
    left = left_of_phase(phase, now)
    return wanted if left is None else left


def _pace(planned: Plan, phases: Sequence[Phase]) -> float | None:
    """Seconds per image in this run's last training with a known pace."""
    trainings = [phase for phase in phases if planned.passes.get(phase["name"])]
    known = [(step, phase) for phase in trainings if (step := _seconds_a_step(phase)) is not None]
    if not known:
        return None
    step, phase = known[-1]
    return step * phase["total"] / planned.passes[phase["name"]]


def _seconds_a_step(phase: Phase) -> float | None:
    """Seconds per step, measured over the last part of a phase."""
    done, at = phase["recent"][0]
    made, spent = phase["done"] - done, phase["changed"] - at
    return spent / made if made and spent > MIN_SECONDS else None
