"""Shared settings of the methods that minimise a loss step by step: schedule, step length, step limit."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import MethodSpec, used_if
from core.specs.methods.notes import stop_note

AUTHORS, SAME_STOP = ({"schedule": schedule} for schedule in ("authors", "same-stop"))


def passes(default: int) -> Any:
    """The setting ``epochs``."""
    return Field(
        default, ge=1, le=200,
        description="passes over the retain set, or over the forget set if the method sees no other data",
        json_schema_extra=used_if(AUTHORS),
    )  # fmt: skip


def rate(default: float) -> Any:
    """The setting ``learning_rate``."""
    return Field(
        default,
        gt=0,
        le=1,
        description="constant learning rate of the authors' optimiser; the default may be larger than theirs",
        json_schema_extra=used_if(AUTHORS),
    )


def length(default: float) -> Any:
    """The setting ``step``."""
    return Field(
        default, gt=0, le=1, description="length of a step as a fraction of the weights' norm",
        json_schema_extra=used_if(SAME_STOP),
    )  # fmt: skip


def batch(default: int) -> Any:
    """The setting ``batch_size``."""
    return Field(default, ge=1, le=4096, description="forget images per step")


class Iterative(MethodSpec):
    """Base of the iterative methods, with two schedules: the authors' number of passes, and the matched stop of MU-Mis.

    Numbers of passes and loss weights are the authors' own. Two defaults fit the small digits sets. Both follow one
    rule for all methods, which uses only the accuracy on the forget sets of the ten whole classes of ``digits``:
        learning_rate: the authors' value if their number of passes brings all ten accuracies to their target of 0,
            else the smallest larger value of the form 1, 2 or 5 times a power of ten that does.
        step: the largest of 3e-4, 1e-3, 3e-3 and 1e-2 with which no class reaches the target in fewer than ten steps,
            so that a step does not overshoot the target.
    The measured numbers are at the end of the docstring of each method's file.
    """

    published: ClassVar[str]  # its authors' settings for ResNet-18 on CIFAR
    departures: ClassVar[tuple[str, ...]] = ()  # sentences that hold for both schedules

    schedule: Literal["same-stop", "authors"] = Field(
        "same-stop",
        description="same-stop: the matched stop, with steps of constant length until the forget set's accuracy "
        "reaches its target, as MU-Mis stops. authors: the authors' optimiser and "
        "number of passes, at a rate of ours where theirs does not forget whole digits",
    )
    epochs: int = passes(10)
    learning_rate: float = rate(0.01)
    max_steps: int = Field(
        100, ge=1, le=10_000, description="maximum number of steps", json_schema_extra=used_if(SAME_STOP)
    )
    step: float = length(1e-3)

    def notes(self, whole_classes_only: bool, known_accuracy: bool) -> tuple[str, ...]:
        if self.schedule == "authors":
            settings = f"Its authors' settings for ResNet-18 on CIFAR are {self.published}."
            differ = (
                "Where the default rate is larger, it is ours, not the authors': the smallest that forgets whole "
                "digits, found without gold models. On a part of a class it can be far too large."
            )
            blind = "It stops after a fixed number of passes, whatever has been forgotten."
            return *self.departures, settings, differ, blind
        steps = (
            "Departure from its authors: steps of constant length, a fraction of the weights' norm; no learning rate."
        )
        return *self.departures, steps, stop_note(whole_classes_only, known_accuracy)
