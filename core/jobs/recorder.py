"""Writes the events of a run into the run's files."""

import math
import time
from contextlib import suppress
from typing import Any

from core.errors import StoreError
from core.events import Accuracy, Event, Finished, Phase, Table
from core.planning.remaining import MIN_SECONDS
from core.store import RunFolder, write_json, write_table, write_weights
from core.training import Step

EVERY = 0.2  # seconds between two writes of the progress
PARTS = 30  # of a phase; its speed is that of the last part (most recipes have 30 epochs)
MAX_STEPS = 1000  # steps in the progress file; the trajectory has all of them


class Recorder:
    """Writes progress.json during the run, then its tables and its result."""

    def __init__(self, run: RunFolder) -> None:
        self.folder = run.folder
        (self.folder / "progress.json").unlink(missing_ok=True)  # of an earlier attempt
        self.phases: dict[str, dict[str, Any]] = {}
        self.steps: list[dict[str, Any]] = []
        self.accuracy: dict[str, dict[str, float | None]] = {}
        self.written = 0.0

    def record(self, event: Event) -> bool:
        """Records one event; returns True if progress.json was written."""
        match event:
            case Phase(name, done, total):
                now = time.time()
                begun = [done, now]  # done is above 0 after a resume
                phase = self.phases.setdefault(name, {"name": name, "started": now, "recent": [begun]})
                phase |= {"done": done, "total": total, "changed": now}
                last, at = phase["recent"][-1]
                if done - last >= total / PARTS and now - at > MIN_SECONDS:
                    phase["recent"] = [[last, at], [done, now]]
            case Step():
                values = {"step": event.step, "loss": event.loss, **event.values}
                self.steps.append({k: None if math.isnan(v) else v for k, v in values.items()})
            case Accuracy(role, accuracies):
                self.accuracy[role] = accuracies
                self.written = 0.0  # shown at once
            case Table(name, frame):
                write_table(self.folder / f"{name}.parquet", frame)
            case Finished(result, weights):
                write_weights(self.folder / "unlearned.safetensors", weights)
                write_json(self.folder / "result.json", result)
                (self.folder / "progress.json").unlink(missing_ok=True)
                return True
        if time.monotonic() - self.written < EVERY:
            return False
        self.written = time.monotonic()
        thin = len(self.steps) // MAX_STEPS + 1
        progress = {
            "phases": list(self.phases.values()),
            "steps": self.steps[:-1:thin] + self.steps[-1:],
            "accuracy": self.accuracy,
            "updated": time.time(),
        }
        with suppress(StoreError):  # a run does not end because its progress cannot be shown
            write_json(self.folder / "progress.json", progress)
        return True
