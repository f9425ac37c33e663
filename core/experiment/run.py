"""``execute``: runs a spec and yields events, the last with the result."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import torch

from core.datasets import load_dataset
from core.device import choose_device, on_device
from core.events import Accuracy, Event, Finished, Table
from core.experiment.context import Context, Models
from core.experiment.easy_hard import proxy_losses, score_run
from core.experiment.measure import measure
from core.experiment.model_set import ModelSet
from core.experiment.parallel import Trained, parallel_golds, train_in_parallel
from core.experiment.result import build_result
from core.experiment.trained_models import get_or_train, measured
from core.experiment.unlearn import unlearn
from core.metrics.accuracy import accuracies, with_forget
from core.metrics.prediction_table import norm_ids, prediction_table
from core.models import get_state, model_for, set_state
from core.oom import memory_notes
from core.planning.estimate import is_small
from core.planning.plan import Plan, plan
from core.roles import gold_roles, only_golds
from core.specs import RunSpec
from core.store import SavedModel

Weights = dict[str, np.ndarray]


def execute(
    spec: RunSpec, *, models: Models | None = None, device: str = "auto", start: Weights | None = None
) -> Iterator[Event]:
    """Runs a spec: trains missing models, unlearns, retrains the golds, measures.

    Original and unlearning come first, so that their progress is visible early. Golds are trained after the method has
    ended; into a store, small ones are trained in parallel processes (a script then needs
    ``if __name__ == "__main__"``).

    Args:
        models: trained models by key: a dict, or a store's ``models``; new ones are added. Default: an empty dict.
        device: ``auto``, ``cpu`` or ``cuda``.
        start: weights after the earlier requests of a sequence (``Finished.weights`` of the run before); they give the
            same numbers. Default: the method runs for the earlier requests first.

    Yields:
        ``Phase`` as progress, ``Step`` per step of the method (values: FA, RA, TA, target_norm and irrelevant_norm of
        the step monitor, seconds inside the method, and the method's own), ``Accuracy`` when a model is known,
        ``Table`` when a table is complete (``samples`` first without norms), and finally ``Finished``.

    Raises:
        InvalidSpec, DataUnavailable: raised before any training.
    """
    models = {} if models is None else models
    planned = plan(spec, models=models)
    with _threads(spec), memory_notes() as notes:
        context = Context(load_dataset(spec.model.data), models, choose_device(device))
        yield from _execute(context, planned, start, notes)


def _execute(context: Context, planned: Plan, start: Weights | None, notes: list[str]) -> Iterator[Event]:
    spec, dataset, device = planned.spec, context.dataset, context.device
    ids = norm_ids(dataset, planned.forget.ids, planned.removed.ids, spec.measure)
    saved: dict[str, SavedModel] = {}

    def divided(table: pd.DataFrame) -> pd.DataFrame:
        return with_forget(table, planned.forget.ids, planned.removed.ids)

    def known(role: str, table: pd.DataFrame) -> Accuracy:
        return Accuracy(role, accuracies(divided(table), spec.group_column))

    def keep(role: str) -> Iterator[Event]:
        wanted = planned.models[role]
        split = dataset.train if wanted.without is None else planned.removed.split(dataset.train)[1]
        saved[role] = yield from get_or_train(context, role, wanted, split, ids)
        yield known(role, saved[role].table)

    yield from keep("original")
    for role in gold_roles(planned.cached):
        yield known(role, context.models[planned.models[role].key].table)
    weights, first = (saved["original"].weights, 0) if start is None else (start, len(spec.after))
    model = on_device(set_state(model_for(spec.model), weights), device)
    trajectory = yield from unlearn(context, model, planned, saved["original"].record["held_out"], first)
    yield Table("trajectory", trajectory.frame)
    yield Table("forget_steps", trajectory.forget_steps)

    clock = time.perf_counter()
    table = prediction_table(model, dataset)
    took = trajectory.monitor_seconds + time.perf_counter() - clock
    yield known("unlearned", table)
    yield Table("samples", divided(table).assign(role="unlearned"))

    for event in train_in_parallel(parallel_golds(context, planned, ids), planned.golds_at_once):
        if isinstance(event, Trained):
            yield from keep(event.role)
        else:
            yield event
    for role in planned.models:
        if role not in saved:
            yield from keep(role)

    clock = time.perf_counter()
    own = divided((yield from measured("measure", model, table, dataset, ids))).assign(role="unlearned")
    if trajectory.features is not None:
        proxy = yield from proxy_losses(context, planned)
        own = own.merge(trajectory.features.drop(columns="label").assign(proxy_loss=proxy), on="index", how="left")
    yield Table("samples", own)
    model_set = {
        role: on_device(set_state(model_for(planned.models[role]), kept.weights), device)
        for role, kept in saved.items()
        if role != "initial"
    } | {"unlearned": model}
    measures = yield from measure(ModelSet(planned, context, model_set))
    took += time.perf_counter() - clock
    tables = {role: divided(kept.table) for role, kept in saved.items()}
    records = {role: kept.record for role, kept in saved.items()}
    if trajectory.features is not None:
        measures["easy_hard"] = score_run(own, list(only_golds(tables).values()))
    trajectory.notes += notes
    result = build_result(planned, tables | {"unlearned": own}, records, trajectory, measures, took, str(device))
    yield Finished(result, get_state(model))


@contextmanager
def _threads(spec: RunSpec) -> Iterator[None]:
    """A context with one CPU thread for a small network."""
    before = torch.get_num_threads()
    if is_small(spec.model):
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
