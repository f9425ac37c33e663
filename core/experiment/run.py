"""``execute``: from a spec to its result, as a generator of events."""

import time
from collections.abc import Iterator, MutableMapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from core.datasets import Dataset, ForgetSet, is_subclass_request, load_dataset
from core.errors import InvalidSpec
from core.evaluation.accuracy import class_accuracies, with_forget
from core.evaluation.tables import fill_norms, missing_norms, norm_ids, prediction_table
from core.experiment.events import Event, Finished, Phase, Table
from core.experiment.plan import Plan, chain, plan
from core.experiment.probe import Probe
from core.experiment.result import build_result, versions
from core.methods import implementation
from core.methods.task import Task
from core.models import device_of, get_state, model_for, set_state
from core.specs import ModelSpec, RunSpec
from core.store import ModelFolder, SavedModel
from core.training import Step, steps_per_epoch, train

Models = MutableMapping[str, SavedModel]


def execute(spec: RunSpec, *, models: Models | None = None, device: str = "auto") -> Iterator[Event]:
    """Runs a spec: trains what is missing, unlearns, retrains the golds, measures.

    The original and the unlearning come first, so that they can be watched at once; no gold exists before the method
    has ended.

    Args:
        models: where trained models are looked up and kept, by key: a dict, or a store's ``models``. Default: nowhere.
        device: ``auto``, ``cpu`` or ``cuda``.

    Yields:
        ``Phase`` while work goes on, ``Step`` per step of the method (its values: FA, RA, TA, target_norm and
        irrelevant_norm on the probe, seconds inside the method, and what the method itself tells), ``Table`` when a
        table is complete, and last ``Finished``.

    Raises:
        InvalidSpec, DataUnavailable: before anything is trained.
    """
    models = {} if models is None else models
    planned = plan(spec, models=models)
    place = choose_device(device)
    dataset = load_dataset(spec.model.data)
    measured = norm_ids(dataset, planned.forget.ids, spec.measure)
    saved: dict[str, SavedModel] = {}

    def provide(role: str) -> Iterator[Event]:
        saved[role] = yield from _provide(role, planned, dataset, measured, models, place)

    yield from provide("original")
    model = set_state(model_for(spec.model), saved["original"].weights).to(place)
    trajectory = yield from _unlearn(model, planned, dataset, saved["original"].record["held_out"])
    yield Table("trajectory", trajectory.frame)
    yield from provide("initial")
    for role in planned.models:
        if role not in saved:
            yield from provide(role)

    started = time.perf_counter()
    table = yield from _measured("measure", model, prediction_table(model, dataset), dataset, measured)
    own = with_forget(table, planned.forget.ids, planned.gone.ids).assign(role="unlearned")
    yield Table("samples", own)
    seconds = {"unlearn": trajectory.seconds, "measure": time.perf_counter() - started}
    tables = {r: with_forget(kept.table, planned.forget.ids, planned.gone.ids) for r, kept in saved.items()}
    records = {role: kept.record for role, kept in saved.items()}
    result = build_result(
        planned, tables | {"unlearned": own}, records, seconds, len(trajectory), trajectory.stop_reason, str(place)
    )
    yield Finished(result, get_state(model))


def choose_device(name: str) -> torch.device:
    """``auto`` is the GPU where there is one.

    Raises:
        InvalidSpec: an unknown name, or ``cuda`` where there is none.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InvalidSpec(f"device {name!r} is not known; choose auto, cpu or cuda")
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise InvalidSpec("device 'cuda': this machine has no usable GPU; choose auto or cpu")
    return torch.device("cuda" if available and name != "cpu" else "cpu")


def stream(seed: int, purpose: str) -> torch.Generator:
    """A generator on the CPU, of its own for every seed and purpose."""
    words = np.random.SeedSequence([seed, *purpose.encode()]).generate_state(2, np.uint32)
    return torch.Generator().manual_seed(int(words[0]) << 32 | int(words[1]))


def _provide(
    role: str, planned: Plan, dataset: Dataset, measured: np.ndarray, models: Models, place: torch.device
) -> Iterator[Event]:
    """Returns a model with its norms measured on these images; trains, measures and keeps what is missing."""
    spec = planned.models[role]
    shared = isinstance(models, ModelFolder)
    with models.lock(spec.key) if shared else nullcontext():  # two runs never train the same model at once
        model = model_for(spec).to(place)
        if spec.key in models:
            saved = models[spec.key]
        else:
            saved = yield from _trained(role, spec, planned.gone, model, dataset, models if shared else None)
            models[spec.key] = saved
        if len(missing_norms(saved.table, measured)):
            set_state(model, saved.weights)
            table = yield from _measured(f"norms of {role}", model, saved.table.copy(), dataset, measured)
            models[spec.key] = saved = replace(saved, table=table)
    return saved


def _trained(
    role: str, spec: ModelSpec, gone: ForgetSet, model: nn.Module, dataset: Dataset, folder: ModelFolder | None
) -> Iterator[Event]:
    split = dataset.train if spec.without is None else gone.split(dataset.train)[1]
    resume = None if folder is None else folder.checkpoint(spec.key)
    before = float(resume["seconds"][0]) if resume else 0.0
    clock = Clock(device_of(model))

    def save(state: dict[str, np.ndarray]) -> None:
        if folder is not None:
            folder.save_checkpoint(spec.key, state | {"seconds": np.array([before + clock.seconds])})

    steps = train(model, split, spec.train, generator=stream(spec.seed, "train"), resume=resume, save=save)
    for step in clock.over(steps):
        yield Phase(role, step.step, step.total)
    table = prediction_table(model, dataset)
    held_out = class_accuracies(table, "pool") if dataset.pool is not None else None
    record = {
        "schema": 1,
        "spec": spec.model_dump(mode="json"),
        "epochs": spec.train.epochs,
        "images": len(split),
        "steps": spec.train.epochs * steps_per_epoch(len(split), spec.train),
        "seconds": before + clock.seconds,
        "held_out": None if held_out is None else [held_out.get(str(c)) for c in range(len(dataset.classes))],
        "device": str(device_of(model)),
        "versions": versions(),
    }
    return SavedModel(get_state(model), table, record)


def _measured(name: str, model: nn.Module, table: pd.DataFrame, dataset: Dataset, ids: np.ndarray) -> Iterator[Event]:
    missing = missing_norms(table, ids)
    for done in fill_norms(model, table, dataset, missing):
        yield Phase(name, done, len(missing))
    return table


class Trajectory:
    """Every step of an unlearning, the start included, as one table."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.stop_reason = "the method made no step"
        self.seconds = 0.0

    def __len__(self) -> int:
        return len(self.rows) - 1

    def add(self, step: Step) -> None:
        self.rows.append({"step": step.step, "loss": step.loss, **step.values})
        self.stop_reason = step.stop_reason or self.stop_reason

    @property
    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows)


def _unlearn(model: nn.Module, planned: Plan, dataset: Dataset, held_out: list[float] | None) -> Iterator[Event]:
    """Runs the method for every request in turn, in place; returns the trajectory of the last."""
    spec = planned.spec
    gone: list[ForgetSet] = []
    for n, forget in enumerate(chain(dataset, spec)):
        gone.append(forget)
        request = (*spec.after, spec.forget)[n]
        task = _task(spec, dataset, gone, held_out, is_subclass_request(request, dataset.info), device_of(model))
        method = implementation(spec.method)(
            model, task, spec.method, generator=stream(spec.unlearn_seed, f"unlearn {n}" if n else "unlearn")
        )
        probe = Probe(model, dataset, forget.ids, np.concatenate([each.ids for each in gone]), spec.measure)
        trajectory, clock = Trajectory(), Clock(device_of(model))
        start = Step(0, 0, float("nan"), {**probe.values(), "seconds": 0.0})
        trajectory.add(start)
        yield start
        for step in clock.over(method):
            seen = replace(step, values={**step.values, **probe.values(), "seconds": clock.seconds})
            trajectory.add(seen)
            yield Phase("unlearn", step.total if step.stop_reason else step.step, step.total)
            yield seen
        trajectory.seconds = clock.seconds
    model.eval()
    return trajectory


def _task(
    spec: RunSpec, dataset: Dataset, gone: list[ForgetSet], held_out: list[float] | None, by_subclass: bool,
    place: torch.device,
) -> Task:  # fmt: skip
    """What the method may see, and nothing else."""
    everything = np.concatenate([each.ids for each in gone])
    data = {
        "forget": dataset.train.with_ids(gone[-1].ids),
        "retain": dataset.train.with_ids(everything, keep=False),
        "pool": dataset.pool,
    }
    known = None if held_out is None or by_subclass or None in held_out else tuple(held_out)
    return Task(
        num_classes=len(dataset.classes),
        whole_classes=gone[-1].whole_classes,
        known_accuracy=known,
        recipe=spec.model.train,
        fresh=lambda seed: model_for(spec.model, seed).to(place),
        **{name: split for name, split in data.items() if name in spec.method.needs},
    )


class Clock:
    """Seconds spent inside an iterator, and not in what is done between its items."""

    def __init__(self, place: torch.device) -> None:
        self.place = place
        self.seconds = 0.0

    def over(self, steps: Iterator[Step]) -> Iterator[Step]:
        while True:
            started = time.perf_counter()
            step = next(steps, None)
            if self.place.type == "cuda":
                torch.cuda.synchronize(self.place)
            self.seconds += time.perf_counter() - started
            if step is None:
                return
            yield step
