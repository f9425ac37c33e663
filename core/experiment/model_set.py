"""All models of a run (original, golds, unlearned) and their outputs on given images."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import nn

from core.datasets import Dataset, Split
from core.experiment.context import Context
from core.inference import predict
from core.metrics.membership.attacks import AttackSets, attack_sets
from core.models import features_of
from core.planning.plan import Plan


@dataclass(frozen=True)
class ModelSet:
    """The models of a run with its plan and context.

    Attributes:
        models: role -> model, all on one device.
    """

    planned: Plan
    context: Context
    models: Mapping[str, nn.Module]

    @property
    def dataset(self) -> Dataset:
        return self.context.dataset

    @property
    def forget(self) -> Split:
        return self.dataset.train.with_ids(self.planned.forget.ids)

    @cached_property
    def attack_sets(self) -> AttackSets:
        """The images of membership attacks."""
        limit = self.planned.spec.measure.norm_images
        return attack_sets(
            self.dataset, self.planned.forget.ids, self.planned.removed.ids, self.planned.forget.by_subclass, limit
        )

    def labels(self, ids: np.ndarray) -> np.ndarray:
        """Labels int64 (N,) in the order of the ids."""
        splits = self.dataset.splits.values()
        label = {i: y for s in splits for i, y in zip(s.index.tolist(), s.labels.tolist(), strict=True)}
        return np.array([label[i] for i in ids.tolist()])

    def logits(self, ids: np.ndarray) -> dict[str, np.ndarray]:
        """role -> logits (N, K) in the order of the ids."""
        images = torch.tensor(self.dataset.images_of(ids), device=self.context.device)
        return {role: predict(model, images).cpu().numpy() for role, model in self.models.items()}

    def features(self, split: Split) -> dict[str, np.ndarray]:
        """role -> features (N, D) before the head."""
        images = torch.tensor(split.images, device=self.context.device)
        return {role: predict(features_of(model), images).cpu().numpy() for role, model in self.models.items()}
