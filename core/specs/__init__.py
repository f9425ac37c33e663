"""What to run, as frozen data. Nothing here imports torch."""

from core.specs.base import Spec, choices, short, spec_json
from core.specs.codec import (
    from_query,
    gold_model,
    gold_seeds,
    initial_model,
    make_method,
    make_spec,
    parse_spec,
    to_command,
    to_python,
    to_query,
)
from core.specs.data import ARCHITECTURES, RECIPES, DataSpec, ModelSpec, TrainSpec
from core.specs.datasets import DATASETS, DOWNLOADED, DataInfo, data_info, own_datasets
from core.specs.methods import METHODS, MethodSpec
from core.specs.reduced import REDUCED
from core.specs.requests import ForgetRequest
from core.specs.runs import MeasureSpec, RunSpec

__all__ = [
    "ARCHITECTURES",
    "DATASETS",
    "DOWNLOADED",
    "METHODS",
    "RECIPES",
    "REDUCED",
    "DataInfo",
    "DataSpec",
    "ForgetRequest",
    "MeasureSpec",
    "MethodSpec",
    "ModelSpec",
    "RunSpec",
    "Spec",
    "TrainSpec",
    "choices",
    "data_info",
    "from_query",
    "gold_model",
    "gold_seeds",
    "initial_model",
    "make_method",
    "make_spec",
    "own_datasets",
    "parse_spec",
    "short",
    "spec_json",
    "to_command",
    "to_python",
    "to_query",
]
