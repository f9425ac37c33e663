"""Images and labels as numpy arrays. Nothing here imports torch."""

from core.datasets.dataset import Dataset, Split, is_available, load_dataset
from core.datasets.forget import ForgetSet, ids_hash, resolve, resolve_chain
from core.datasets.own.custom import add_images
from core.datasets.prepare import Progress, is_prepared, prepare
from core.datasets.stratified import stratified_order

__all__ = [
    "Dataset",
    "ForgetSet",
    "Progress",
    "Split",
    "add_images",
    "ids_hash",
    "is_available",
    "is_prepared",
    "load_dataset",
    "prepare",
    "resolve",
    "resolve_chain",
    "stratified_order",
]
