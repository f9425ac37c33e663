"""What long work tells while it goes on: phases, steps, tables, remarks, and at last the result.

A method may yield steps, or why it makes none, phases of its preparation, tables and notes; the runner passes them on.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.results import Result
from core.training import Step


@dataclass(frozen=True)
class Phase:
    """Progress of one part of a run (original, unlearn, gold-1, ..., initial, measure), in its own units of work."""

    name: str
    done: int
    total: int


@dataclass(frozen=True)
class Table:
    """A table of the run that is complete."""

    name: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class Note:
    """A sentence for the result's notes that could not be known before the run."""

    text: str


@dataclass(frozen=True)
class NoStep:
    """A method that ends before its first step, and why."""

    reason: str


@dataclass(frozen=True)
class Finished:
    """The end: the object that ``run --json`` prints, and the unlearned model's weights by name."""

    result: Result
    weights: dict[str, np.ndarray]


Event = Phase | Step | NoStep | Table | Note | Finished
