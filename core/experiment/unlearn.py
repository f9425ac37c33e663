"""One method at work: its steps, timed without what is measured between them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from core.datasets import Dataset, ForgetSet, is_subclass_request
from core.device import on_device
from core.errors import Diverged
from core.events import Event, Note, Phase, Table
from core.experiment.rng import make_generator
from core.experiment.step_monitor import Probe
from core.experiment.timing import Clock
from core.methods import implementation
from core.methods.task import Task
from core.models import device_of, model_for
from core.planning.plan import Plan, chain
from core.specs import RunSpec
from core.training import Step


class Trajectory:
    """Every step of an unlearning, the start included, as one table; and what else the method told.

    Attributes:
        answers: after every step what the model makes of some forget images: ``Probe.answers``.
        notes: sentences for the result.
        features: columns for the forget images' rows, with their ``index``; None from most methods.
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.answers: list[pd.DataFrame] = []
        self.notes: list[str] = []
        self.features: pd.DataFrame | None = None
        self.stop_reason = "the method made no step"
        self.seconds = 0.0
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
        """Columns step, index, prediction, probability: of each followed forget image after every step."""
        return pd.concat(self.answers, ignore_index=True)[["step", "index", "prediction", "probability"]]


def unlearn(
    model: nn.Module, planned: Plan, dataset: Dataset, held_out: list[float] | None, first: int = 0
) -> Iterator[Event]:
    """Runs the method for every request in turn, in place; returns the trajectory of the last.

    Args:
        first: how many requests the model has forgotten already.

    Raises:
        Diverged: a step left a model whose answers are not finite numbers.
    """
    spec = planned.spec
    removed: list[ForgetSet] = []
    for n, forget in enumerate(chain(dataset, spec)):
        removed.append(forget)
        if n < first:
            continue
        request = (*spec.after, spec.forget)[n]
        task = task_for(spec, dataset, removed, held_out, is_subclass_request(request, dataset.info), device_of(model))
        method = implementation(spec.method)(
            model, task, spec.method, generator=make_generator(spec.unlearn_seed, f"unlearn {n}" if n else "unlearn")
        )
        probe = Probe(model, dataset, forget.ids, np.concatenate([each.ids for each in removed]), spec.measure)
        trajectory, clock = Trajectory(), Clock(device_of(model))
        start = Step(0, 0, float("nan"), {**probe.values(), "seconds": 0.0})
        trajectory.add(start, probe.answers())
        yield start
        for event in clock.over(method):
            match event:
                case Step(step, total):
                    seen = replace(event, values={**event.values, **probe.values(), "seconds": clock.seconds})
                    trajectory.add(seen, probe.answers())
                    if trajectory.answers[-1]["probability"].isna().any():
                        raise Diverged(
                            f"after step {step} of {spec.method.title} the model's answers are not finite numbers; "
                            "choose smaller steps or fewer of them"
                        )
                    yield Phase("unlearn", step, step if event.stop_reason else total)
                    yield seen
                case Note(text):
                    trajectory.notes.append(text)
                case Table() if n < len(spec.after):
                    pass  # of an earlier request; the run's tables are the last one's
                case Table("forget_features", frame):
                    trajectory.features = frame
                case _:
                    yield event
        trajectory.seconds, trajectory.memory = clock.seconds, clock.memory
    model.eval()
    return trajectory


def task_for(
    spec: RunSpec, dataset: Dataset, removed: list[ForgetSet], held_out: list[float] | None, by_subclass: bool,
    device: torch.device,
) -> Task:  # fmt: skip
    """What the method may see, and nothing else."""
    everything = np.concatenate([each.ids for each in removed])
    data = {
        "forget": dataset.train.with_ids(removed[-1].ids),
        "retain": dataset.train.with_ids(everything, keep=False),
        "pool": dataset.pool,
    }
    known = None if held_out is None or by_subclass or None in held_out else tuple(held_out)
    return Task(
        num_classes=len(dataset.classes),
        whole_classes=removed[-1].whole_classes,
        whole_subclasses=removed[-1].whole_subclasses,
        known_accuracy=known,
        recipe=spec.model.train,
        fresh=lambda seed: on_device(model_for(spec.model, seed), device),
        **{name: split for name, split in data.items() if name in spec.method.needs},
    )
