"""The context of a run: data set, trained models, device."""

from collections.abc import MutableMapping
from dataclasses import dataclass

import torch

from core.datasets import Dataset
from core.store import SavedModel

Models = MutableMapping[str, SavedModel]


@dataclass(frozen=True)
class Context:
    """Data set, trained models and device of a run.

    Attributes:
        models: trained models by key: a dict, or a store's ``models``.
    """

    dataset: Dataset
    models: Models
    device: torch.device
