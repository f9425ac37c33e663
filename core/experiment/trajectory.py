"""The recorded steps of one unlearning."""

from typing import Any

import pandas as pd

from core.training import Step


class Trajectory:
    """All steps of an unlearning, including the start, with notes and features from the method.

    Attributes:
        answers: predictions on some forget images after every step: ``StepMonitor.answers``.
        notes: sentences for the result.
        features: extra columns for forget images, by ``index``; None for most methods.
        seconds, monitor_seconds: time inside the method, and for the measurements between its steps.
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.answers: list[pd.DataFrame] = []
        self.notes: list[str] = []
        self.features: pd.DataFrame | None = None
        self.stop_reason = "the method made no step"
        self.seconds = 0.0
        self.monitor_seconds = 0.0
        self.memory: int | None = None

    def __len__(self) -> int:
        return len(self.rows) - 1

    def add(self, step: Step, answers: pd.DataFrame) -> None:
        self.rows.append({"step": step.step, "loss": step.loss, **step.values})
        self.answers.append(answers.assign(step=step.step))
        self.stop_reason = step.stop_reason or self.stop_reason

    @property
    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows)

    @property
    def forget_steps(self) -> pd.DataFrame:
        """Columns step, index, prediction, probability: one row per tracked forget image and step."""
        return pd.concat(self.answers, ignore_index=True)[["step", "index", "prediction", "probability"]]
