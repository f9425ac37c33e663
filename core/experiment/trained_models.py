"""Gets trained models: from the store, from imported weights, or by training; measures missing norms."""

from collections.abc import Generator
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from core.datasets import Dataset, Split
from core.device import on_device, precision
from core.events import Event, Phase
from core.experiment.context import Context
from core.experiment.rng import make_generator
from core.experiment.timing import Clock
from core.experiment.versions import processor, versions
from core.metrics.accuracy import class_accuracies
from core.metrics.prediction_table import fill_norms, missing_norms, prediction_table
from core.models import device_of, get_state, model_for, set_state
from core.oom import memory_notes
from core.specs import ModelSpec
from core.store import ModelFolder, SavedModel
from core.store.weights import given_weights
from core.training import steps_per_epoch, train


def get_or_train(
    context: Context, role: str, spec: ModelSpec, split: Split, ids: np.ndarray
) -> Generator[Event, None, SavedModel]:
    """Returns a trained model with norms measured on these images; trains, measures and stores what is missing.

    Args:
        split: the training images of the spec.
    """
    dataset, models = context.dataset, context.models
    folder = models if isinstance(models, ModelFolder) else None
    with nullcontext() if folder is None else folder.lock(spec.key):  # two runs never train the same model at once
        if folder is not None:
            folder.adopt(spec.key)
        model = on_device(model_for(spec), context.device)
        if spec.key in models:
            saved = models[spec.key]
        else:
            if spec.weights is not None:
                saved = _given(spec, model, dataset)
            else:
                saved = yield from _trained(role, spec, split, model, dataset, folder)
            models[spec.key] = saved
        if len(missing_norms(saved.table, ids)):
            set_state(model, saved.weights)
            table = yield from measured(f"norms of {role}", model, saved.table.copy(), dataset, ids)
            models[spec.key] = saved = replace(saved, table=table)
    return saved


def _trained(
    role: str, spec: ModelSpec, split: Split, model: nn.Module, dataset: Dataset, folder: ModelFolder | None
) -> Generator[Event, None, SavedModel]:
    resume = None if folder is None else folder.checkpoint(spec.key)
    before = float(resume["seconds"][0]) if resume else 0.0
    clock = Clock(device_of(model))

    def save(state: dict[str, np.ndarray]) -> None:
        if folder is not None:
            folder.save_checkpoint(spec.key, state | {"seconds": np.array([before + clock.seconds])})

    steps = train(model, split, spec.train, generator=make_generator(spec.seed, "train"), resume=resume, save=save)
    with memory_notes() as notes:
        for step in clock.over(steps):
            yield Phase(role, step.step, step.total)
    return _saved(
        spec, model, dataset,
        epochs=spec.train.epochs,
        images=len(split),
        steps=spec.train.epochs * steps_per_epoch(len(split), spec.train),
        seconds=before + clock.seconds,
        memory=clock.memory,
        notes=[f"Training {role}: {note[:1].lower()}{note[1:]}" for note in notes],
    )  # fmt: skip


def _given(spec: ModelSpec, model: nn.Module, dataset: Dataset) -> SavedModel:
    """The model of imported weights; their training is unknown."""
    set_state(model, given_weights(spec))
    return _saved(spec, model, dataset, epochs=None, images=None, steps=None, seconds=None, memory=None, notes=[])


def _saved(spec: ModelSpec, model: nn.Module, dataset: Dataset, **training: Any) -> SavedModel:
    table = prediction_table(model, dataset)
    held_out = class_accuracies(table, "pool") if dataset.pool is not None else None
    record = {
        "schema": 1,
        "spec": spec.model_dump(mode="json"),
        **training,
        "held_out": None if held_out is None else [held_out.get(str(c)) for c in range(len(dataset.classes))],
        "device": str(device_of(model)),
        "processor": processor(),
        "threads": torch.get_num_threads(),
        "precision": precision(device_of(model), spec.train.precision),
        "versions": versions(),
    }
    return SavedModel(get_state(model), table, record)


def measured(
    name: str, model: nn.Module, table: pd.DataFrame, dataset: Dataset, ids: np.ndarray
) -> Generator[Event, None, pd.DataFrame]:
    """Returns the table with the norms of these images filled in."""
    missing = missing_norms(table, ids)
    for done in fill_norms(model, table, dataset, missing):
        yield Phase(name, done, len(missing))
    return table
