"""What the tests of the methods share: small trained models, and the problems that a runner would hand over."""

import copy
from collections.abc import Callable
from functools import cache

import pytest
import torch
from torch import nn

from core.datasets import load_dataset, resolve
from core.methods.task import Task
from core.models import model_for
from core.specs import DataSpec, ForgetRequest, MethodSpec, ModelSpec, TrainSpec
from core.training import train

RECIPE = TrainSpec(epochs=10)
Problem = Callable[..., tuple[nn.Module, Task]]


@cache
def original(dataset: str) -> nn.Module:
    model = model_for(spec_of(dataset))
    images = load_dataset(spec_of(dataset).data).train
    for _ in train(model, images, RECIPE, generator=torch.Generator().manual_seed(0)):
        pass
    return model


def spec_of(dataset: str) -> ModelSpec:
    return ModelSpec(data=DataSpec(name=dataset, size=400))


@pytest.fixture(scope="session")
def problem() -> Problem:
    """``problem(spec, forget, dataset, known)``: a copy of a model trained for a second, and its task with no data but
    those that the spec needs. ``known`` is the held-out accuracy of every class."""

    def make(
        spec: MethodSpec, forget: str = "class=3", dataset: str = "digits", known: float | None = 0.9
    ) -> tuple[nn.Module, Task]:
        data = load_dataset(spec_of(dataset).data)
        gone = resolve(data, ForgetRequest(text=forget))
        parts = dict(zip(("forget", "retain"), gone.split(data.train), strict=True)) | {"pool": data.pool}
        task = Task(
            num_classes=len(data.classes),
            whole_classes=gone.whole_classes,
            known_accuracy=None if known is None else (known,) * len(data.classes),
            recipe=RECIPE,
            fresh=lambda seed: model_for(spec_of(dataset), seed),
            **{name: split for name, split in parts.items() if name in spec.needs},
        )
        return copy.deepcopy(original(dataset)), task

    return make
