"""Images and labels as numpy arrays. Nothing here imports torch."""

from core.datasets.dataset import Dataset, Split, load_dataset, stratified_order
from core.datasets.forget import ForgetSet, ids_hash, is_subclass_request, resolve

__all__ = [
    "Dataset",
    "ForgetSet",
    "Split",
    "ids_hash",
    "is_subclass_request",
    "load_dataset",
    "resolve",
    "stratified_order",
]
