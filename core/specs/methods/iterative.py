"""What the specs of all methods share that descend on a loss step by step: when they end, and how long a step is."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import MethodSpec, used_if
from core.specs.methods.notes import stop_note

AUTHORS, SAME_STOP = ({"schedule": schedule} for schedule in ("authors", "same-stop"))


def passes(default: int) -> Any:
    """The field ``epochs``."""
    return Field(
        default, ge=1, le=200, description="passes over the retain set, or the forget set where that is all it sees",
        json_schema_extra=used_if(AUTHORS),
    )  # fmt: skip


def rate(default: float) -> Any:
    """The field ``learning_rate``."""
    return Field(
        default, gt=0, le=1, description="of the authors' optimiser, held constant", json_schema_extra=used_if(AUTHORS)
    )


def length(default: float) -> Any:
    """The field ``step``."""
    return Field(
        default, gt=0, le=1, description="length of a step as a fraction of the weights' norm",
        json_schema_extra=used_if(SAME_STOP),
    )  # fmt: skip


def batch(default: int) -> Any:
    """The field ``batch_size``."""
    return Field(default, ge=1, le=4096, description="forget images per step")


class Iterative(MethodSpec):
    """Two ways to run every method: as its authors do, and to the very stop that MU-Mis has.

    Numbers of passes and weights of losses are the authors' own. Two defaults fit the small digits sets; both follow
    one rule for all methods, from the accuracy on the forget sets of the ten whole classes of ``digits`` alone:
        learning_rate: the authors' own if their number of passes then brings all ten to their target of 0, else the
            smallest larger one of 1, 2 and 5 times a power of ten that does.
        step: the largest of 3e-4, 1e-3, 3e-3 and 1e-2 with which none gets there in fewer than ten steps, so that the
            stop is not overrun.
    What was measured stands at the end of the docstring of each method's file.
    """

    published: ClassVar[str]  # its authors' settings for ResNet-18 on CIFAR
    departures: ClassVar[tuple[str, ...]] = ()  # on either schedule, in sentences

    schedule: Literal["same-stop", "authors"] = Field(
        "same-stop",
        description="same-stop: steps of one length, until the forget set's accuracy is at its target, as MU-Mis ends. "
        "authors: their optimiser, their number of passes",
    )
    epochs: int = passes(10)
    learning_rate: float = rate(0.01)
    max_steps: int = Field(
        100, ge=1, le=10_000, description="no more steps than this", json_schema_extra=used_if(SAME_STOP)
    )
    step: float = length(1e-3)

    def notes(self, whole_classes_only: bool, known_accuracy: bool) -> tuple[str, ...]:
        if self.schedule == "authors":
            settings = f"Its authors' settings for ResNet-18 on CIFAR are {self.published}."
            differ = "Where the defaults differ from them, they were found on the digits, without gold."
            blind = "It stops after a fixed number of passes, whatever was forgotten."
            return *self.departures, settings, differ, blind
        steps = "Departure from its authors: every step has one length, a fraction of the weights' norm, not one rate."
        return *self.departures, steps, stop_note(whole_classes_only, known_accuracy)
