"""Runs an unlearning method: records its steps, and times them without the measurements in between."""

import time
from collections.abc import Generator, Sequence
from dataclasses import replace

from torch import nn

from core.datasets import ForgetSet
from core.datasets.forget import all_ids
from core.device import on_device
from core.errors import Diverged
from core.events import Event, NoStep, Note, Phase, Table
from core.experiment.context import Context
from core.experiment.rng import make_generator
from core.experiment.step_monitor import StepMonitor
from core.experiment.timing import Clock
from core.experiment.trajectory import Trajectory
from core.methods import implementation
from core.methods.task import Task
from core.models import model_for
from core.planning.plan import Plan
from core.specs import RunSpec
from core.training import Step


def unlearn(
    context: Context, model: nn.Module, planned: Plan, held_out: list[float] | None, first: int = 0
) -> Generator[Event, None, Trajectory]:
    """Runs the method for every request in order, in place; returns the trajectory of the last request.

    Args:
        first: number of requests that the model has forgotten already.

    Raises:
        Diverged: the model's outputs are not finite after a step.
    """
    spec = planned.spec
    for n in range(first, len(planned.chain)):
        so_far = planned.chain[: n + 1]
        task = task_for(context, spec, so_far, held_out)
        method = implementation(spec.method)(
            model, task, spec.method, generator=make_generator(spec.unlearn_seed, f"unlearn {n}" if n else "unlearn")
        )
        monitor = StepMonitor(model, context.dataset, so_far, spec.measure)
        trajectory, clock = Trajectory(), Clock(context.device)
        yield _recorded(Step(0, 0, float("nan")), monitor, clock, trajectory)
        for event in clock.over(method):
            match event:
                case Step(step, total):
                    recorded = _recorded(event, monitor, clock, trajectory)
                    if trajectory.answers[-1]["probability"].isna().any():
                        raise Diverged(
                            f"after step {step} of {spec.method.title} the model's outputs are not finite; "
                            "choose smaller or fewer steps"
                        )
                    yield Phase("unlearn", step, step if event.stop_reason else total)
                    yield recorded
                case NoStep(reason):
                    trajectory.stop_reason = reason
                case Note(text):
                    trajectory.notes.append(text)
                case Table() if n < len(spec.after):
                    pass  # only tables of the last request are kept
                case Table("forget_features", frame):
                    trajectory.features = frame
                case _:
                    yield event
        trajectory.seconds, trajectory.memory = clock.seconds, clock.memory
    model.eval()
    return trajectory


def _recorded(step: Step, monitor: StepMonitor, clock: Clock, trajectory: Trajectory) -> Step:
    """The step with the monitor's values, after it was added to the trajectory."""
    began = time.perf_counter()
    complete = replace(step, values={**step.values, **monitor.values(), "seconds": clock.seconds})
    trajectory.add(complete, monitor.answers())
    trajectory.monitor_seconds += time.perf_counter() - began
    return complete


def task_for(context: Context, spec: RunSpec, so_far: Sequence[ForgetSet], held_out: list[float] | None) -> Task:
    """The task of a request, with only the data that the method may see.

    Args:
        so_far: the forget sets of all requests up to this one, which is the last.
        held_out: the original's accuracy per class on the pool.
    """
    dataset, forget = context.dataset, so_far[-1]
    data = {
        "forget": dataset.train.with_ids(forget.ids),
        "retain": dataset.train.with_ids(all_ids(so_far), keep=False),
        "pool": dataset.pool,
    }
    known = None if held_out is None or forget.by_subclass or None in held_out else tuple(held_out)
    return Task(
        num_classes=len(dataset.classes),
        whole_classes=forget.whole_classes,
        whole_subclasses=forget.whole_subclasses,
        whole_classes_only=forget.whole_classes_only,
        known_accuracy=known,
        recipe=spec.model.train,
        fresh=lambda seed: on_device(model_for(spec.model, seed), context.device),
        **{name: split for name, split in data.items() if name in spec.method.needs},
    )
