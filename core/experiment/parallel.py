"""Missing gold models trained in parallel: one process and one thread each, into the store.

Golds don't depend on each other, and a small network gains nothing from a second thread. The weights are the same to
the bit as those of one training after the other, which uses one thread as well. Every process writes the checkpoints
and the model of its training, so a run that is cancelled or killed loses no more than the last epoch of each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from queue import Empty

import numpy as np
import torch

from core.datasets import load_dataset
from core.events import Event
from core.experiment.context import Context
from core.experiment.processes import CONTEXT, process_pool, send
from core.experiment.trained_models import get_or_train
from core.planning.plan import Plan
from core.roles import gold_roles
from core.specs import ModelSpec
from core.store import ModelFolder

EVERY = 0.1  # seconds between two looks at the processes


@dataclass(frozen=True)
class Training:
    """A model to train.

    Attributes:
        without: ids of the training images left out.
        ids: images whose norms are measured.
        models: a store's ``models``, where the model is saved.
    """

    role: str
    spec: ModelSpec
    without: np.ndarray
    ids: np.ndarray
    models: ModelFolder


@dataclass(frozen=True)
class Trained:
    """The model of this role is in the store."""

    role: str


def parallel_golds(context: Context, planned: Plan, ids: np.ndarray) -> list[Training]:
    """The missing golds to train in parallel; empty where one after another in this process is as fast.

    Args:
        ids: images whose norms are measured.
    """
    models = context.models
    missing = [role for role in gold_roles(planned.models) if role not in planned.cached]
    if not isinstance(models, ModelFolder) or context.device.type != "cpu":
        return []
    if len(missing) < 2 or planned.golds_at_once == 1:
        return []
    return [Training(role, planned.models[role], planned.removed.ids, ids, models) for role in missing]


def train_in_parallel(trainings: Sequence[Training], at_once: int) -> Iterator[Event | Trained]:
    """Yields the progress of all trainings, and ``Trained`` as soon as one has ended."""
    if not trainings:
        return
    events = CONTEXT.Queue()
    pool = process_pool(min(at_once, len(trainings)), events)
    try:
        going_on = {pool.submit(train_one, training): training.role for training in trainings}
        while going_on:
            try:
                yield events.get(timeout=EVERY)
                continue
            except Empty:
                pass
            for future in [future for future in going_on if future.done()]:
                future.result()  # raises what the process raised
                yield Trained(going_on.pop(future))
    finally:
        pool.shutdown(cancel_futures=True)
        events.close()


def train_one(training: Training) -> None:
    """Trains one model in a pool process and saves it."""
    dataset = load_dataset(training.spec.data)
    context = Context(dataset, training.models, torch.device("cpu"))
    split = dataset.train.with_ids(training.without, keep=False)
    for event in get_or_train(context, training.role, training.spec, split, training.ids):
        send(event)
