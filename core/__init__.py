"""Machine unlearning for image classifiers.

Public names are loaded on first use (PEP 562), so ``import core`` is fast and does not import torch. Editors and type
checkers read the imports below; a test checks that both lists agree.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.datasets import Dataset, Split, load_dataset
    from core.errors import DataUnavailable, Diverged, InvalidSpec, NotFound, StoreError, UnlearnError
    from core.events import Accuracy, Finished, Phase, Table
    from core.experiment.run import execute
    from core.models import build_model
    from core.planning.plan import plan
    from core.sensitivity import input_gradient_norms, mumis_loss, mumis_terms, target_and_irrelevant
    from core.specs import (
        ARCHITECTURES,
        DATASETS,
        METHODS,
        DataSpec,
        ForgetRequest,
        MeasureSpec,
        ModelSpec,
        RunSpec,
        TrainSpec,
        make_spec,
        parse_spec,
    )
    from core.store import Store
    from core.training import Step, train

_MODULES = {
    "core.datasets": ("Dataset", "Split", "load_dataset"),
    "core.errors": ("DataUnavailable", "Diverged", "InvalidSpec", "NotFound", "StoreError", "UnlearnError"),
    "core.events": ("Accuracy", "Finished", "Phase", "Table"),
    "core.experiment.run": ("execute",),
    "core.models": ("build_model",),
    "core.planning.plan": ("plan",),
    "core.sensitivity": ("input_gradient_norms", "mumis_loss", "mumis_terms", "target_and_irrelevant"),
    "core.specs": (
        "ARCHITECTURES",
        "DATASETS",
        "METHODS",
        "DataSpec",
        "ForgetRequest",
        "MeasureSpec",
        "ModelSpec",
        "RunSpec",
        "TrainSpec",
        "make_spec",
        "parse_spec",
    ),
    "core.store": ("Store",),
    "core.training": ("Step", "train"),
}
_MODULE = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_MODULE)


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module 'core' has no attribute {name!r}")
    return getattr(import_module(_MODULE[name]), name)


def __dir__() -> list[str]:
    return __all__
