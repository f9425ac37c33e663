"""What the tests of the methods share: small trained models, and the problems that a runner would hand over."""

import copy
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.special import log_softmax
from torch import Tensor, nn

from core import make_spec
from core.datasets import Split, load_dataset, resolve
from core.methods.task import Task
from core.models import model_for
from core.specs import ForgetRequest, MethodSpec, ModelSpec, TrainSpec
from core.training import as_float, tensors, train

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
    return make_spec(dataset, settings={"model.data.size": 400}).model


@pytest.fixture(scope="session")
def problem() -> Problem:
    """``problem(spec, forget, dataset, known)``: a copy of a model trained for a second, and its task with no data but
    those that the spec needs. ``known`` is the held-out accuracy of every class."""

    def make(
        spec: MethodSpec, forget: str = "class=3", dataset: str = "digits", known: float | None = 0.9
    ) -> tuple[nn.Module, Task]:
        data = load_dataset(spec_of(dataset).data)
        removed = resolve(data, ForgetRequest(text=forget))
        parts = dict(zip(("forget", "retain"), removed.split(data.train), strict=True)) | {"pool": data.pool}
        task = Task(
            num_classes=len(data.classes),
            whole_classes=removed.whole_classes,
            whole_subclasses=removed.whole_subclasses,
            whole_classes_only=removed.whole_classes_only,
            known_accuracy=None if known is None else (known,) * len(data.classes),
            recipe=RECIPE,
            fresh=lambda seed: model_for(spec_of(dataset), seed),
            **{name: split for name, split in parts.items() if name in spec.needs},
        )
        return copy.deepcopy(original(dataset)), task

    return make


def log_probabilities(model: nn.Module, images: Tensor) -> np.ndarray:
    """Float64 (N, K), by scipy, of the model in the mode that it is in; running statistics stay as they are."""
    with torch.no_grad():
        return log_softmax(copy.deepcopy(model)(as_float(images)).double().numpy(), axis=1)


def cross_entropy(model: nn.Module, split: Split) -> float:
    """Mean over all images of the split."""
    images, labels = tensors(split, torch.device("cpu"))
    return float(-log_probabilities(model, images)[np.arange(len(labels)), labels.numpy()].mean())


@pytest.fixture
def by_hand() -> SimpleNamespace:
    """Independent computations: ``log_probabilities(model, images)`` and ``cross_entropy(model, split)``."""
    return SimpleNamespace(log_probabilities=log_probabilities, cross_entropy=cross_entropy)
