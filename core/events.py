"""Events yielded by a run: phases, steps, tables, accuracies, notes, result.

A method may yield phases of its preparation, tables, notes, and steps, or ``NoStep``; the runner passes them on.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.results import Result
from core.training import Step


@dataclass(frozen=True)
class Phase:
    """Progress of one phase of a run (original, unlearn, gold-1, ..., initial, measure)."""

    name: str
    done: int
    total: int


@dataclass(frozen=True)
class Table:
    """A complete table of the run."""

    name: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class Accuracy:
    """The accuracies of one model of the run, as soon as they are known."""

    role: str
    values: dict[str, float | None]


@dataclass(frozen=True)
class Note:
    """A sentence for the result's notes, known only during the run."""

    text: str


@dataclass(frozen=True)
class NoStep:
    """A method stops before its first step, with the reason."""

    reason: str


@dataclass(frozen=True)
class Finished:
    """The end of a run: the result and the unlearned model's weights by name."""

    result: Result
    weights: dict[str, np.ndarray]


Event = Phase | Step | NoStep | Table | Accuracy | Note | Finished
