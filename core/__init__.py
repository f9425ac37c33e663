"""Machine unlearning for image classifiers. Every public name is loaded on first use (PEP 562), so that ``import core``
is quick and brings in no torch."""

from importlib import import_module
from typing import Any

_HOMES = {
    "core.datasets": ("Dataset", "Split", "load_dataset"),
    "core.errors": ("DataUnavailable", "Diverged", "InvalidSpec", "NotFound", "StoreError", "UnlearnError"),
    "core.events": ("Finished", "Phase", "Table"),
    "core.planning.plan": ("plan",),
    "core.experiment.run": ("execute",),
    "core.models": ("build_model",),
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
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'core' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
