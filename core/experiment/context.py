"""What every part of a run needs: the data set, the place where models are kept, and the device."""

from collections.abc import MutableMapping
from dataclasses import dataclass

import torch

from core.datasets import Dataset
from core.store import SavedModel

Models = MutableMapping[str, SavedModel]


@dataclass(frozen=True)
class Context:
    """
    Attributes:
        models: trained models by key: a dict, or a store's ``models``.
    """

    dataset: Dataset
    models: Models
    device: torch.device
