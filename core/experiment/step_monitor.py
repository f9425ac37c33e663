"""Measures accuracies and norms between the steps of a method, on the same images at every step."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from torch import nn

from core.datasets import Dataset, ForgetSet, Split
from core.datasets.forget import all_ids
from core.inference import accuracy, predict
from core.metrics.prediction_table import image_norms, seeded_part
from core.models import device_of
from core.specs import MeasureSpec
from core.training import tensors

MAX_TRACKED = 200  # forget images whose predictions are recorded at every step
MAX_NORMS = 50  # of these, for the norms: enough for a mean, and a norm costs as much as 30 predictions


class StepMonitor:
    """Measures FA, RA and TA on a fixed sample, and norms and predictions on some forget images.

    Args:
        so_far: the forget sets of all requests up to this one, which is the last.
    """

    def __init__(self, model: nn.Module, dataset: Dataset, so_far: Sequence[ForgetSet], measure: MeasureSpec) -> None:
        self.model = model
        groups = {
            "FA": (dataset.train, so_far[-1].ids),
            "RA": (dataset.train, np.setdiff1d(dataset.train.index, all_ids(so_far))),
            "TA": (dataset.test, dataset.test.index),
        }
        total = sum(len(ids) for _, ids in groups.values())
        limit = total if total <= measure.probe_images else measure.probe_images // len(groups)
        rng = np.random.default_rng(0)  # the same images for every method of a request
        parts = {name: split.with_ids(seeded_part(ids, limit, rng)) for name, (split, ids) in groups.items()}
        self.groups = {name: tensors(part, device_of(model)) for name, part in parts.items()}
        self.tracked: Split = parts["FA"].take(slice(MAX_TRACKED))

    @torch.no_grad()
    def values(self) -> dict[str, float]:
        """FA, RA, TA, target_norm and irrelevant_norm of the current model."""
        found = {name: accuracy(self.model, images, labels) for name, (images, labels) in self.groups.items()}
        target, irrelevant, _ = image_norms(self.model, self.tracked.take(slice(MAX_NORMS))).mean(axis=0)
        return found | {"target_norm": float(target), "irrelevant_norm": float(irrelevant)}

    @torch.no_grad()
    def answers(self) -> pd.DataFrame:
        """Current predictions on the tracked images: index, prediction, probability (of the label)."""
        images, labels = tensors(self.tracked, device_of(self.model))
        logits = predict(self.model, images)
        own = logits.softmax(dim=1).gather(1, labels[:, None]).squeeze(1)
        predicted = logits.argmax(dim=1).cpu().numpy()
        return pd.DataFrame({"index": self.tracked.index, "prediction": predicted, "probability": own.cpu().numpy()})
