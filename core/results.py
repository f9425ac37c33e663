"""A finished run's ``result.json``, with its parts by name."""

from collections.abc import Mapping
from functools import cached_property
from statistics import mean
from typing import Any

from core.roles import only_golds
from core.specs import RunSpec, parse_spec

Accuracies = dict[str, float | None]


REQUIRED = ("run", "spec", "forget", "device", "models", "accuracy", "gap", "gold_spread", "seconds", "steps",
            "stop_reason", "notes")  # fmt: skip


class Result(dict[str, Any]):
    """The object that ``run --json`` prints. Fields that only some runs have are read by key."""

    @cached_property
    def spec(self) -> RunSpec:
        return parse_spec(self["spec"])

    @property
    def run(self) -> str:
        return self["run"]

    @property
    def accuracy(self) -> Mapping[str, Accuracies]:
        """Role -> FA, RA, TA, FA_test, RA_test as fractions."""
        return self["accuracy"]

    @property
    def original(self) -> Accuracies:
        """Accuracies of the original model."""
        return self["accuracy"]["original"]

    @property
    def unlearned(self) -> Accuracies:
        """Accuracies of the unlearned model."""
        return self["accuracy"]["unlearned"]

    @property
    def golds(self) -> dict[str, Accuracies]:
        """Role of every gold -> its accuracies."""
        return only_golds(self["accuracy"])

    @property
    def gap(self) -> float | None:
        """Average gap of the unlearned model to the mean gold; None without gold."""
        return self["gap"] and self["gap"]["average"]

    @property
    def gold_spread(self) -> float | None:
        """Average gold spread, the noise floor; None for fewer than two golds."""
        return self["gold_spread"] and self["gold_spread"]["average"]

    @property
    def steps(self) -> int:
        """Steps that the method made."""
        return self["steps"]

    @property
    def stop_reason(self) -> str:
        return self["stop_reason"]

    @property
    def notes(self) -> list[str]:
        return self["notes"]

    @property
    def unlearn_seconds(self) -> float:
        """Time inside the method."""
        return self["seconds"]["unlearn"]

    @property
    def retraining_seconds(self) -> float | None:
        """Time of one retraining: mean over the golds, else the original's; None where its weights were imported."""
        seconds = self["seconds"]
        return mean(seconds["gold"]) if seconds["gold"] else seconds["original"]

    @property
    def time_ratio(self) -> float | None:
        """Time of unlearning relative to one retraining; None where the time of a retraining is not known."""
        return self.unlearn_seconds / self.retraining_seconds if self.retraining_seconds else None
