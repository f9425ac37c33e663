"""The twin problem: held-out images play the forget set, and the twin is a model trained on them.

The original was not trained on these images, so it is the gold model of the twin problem and needs no training (Eq. 2).
Paper: https://arxiv.org/abs/2408.11433 (sections 4.1 and 4.2). It fine-tunes the original on D_tw and does not say how
long, or whether together with D. If the twin fits its images worse than the original fits D_f, the twin images look
harder for that reason alone (measured on the noisy digits: with two to three times the loss, the fraction of easy
images is overestimated by 0.06).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from core.datasets import Split
from core.methods.task import Task
from core.specs.methods.tmu import Tmu
from core.training import train


@dataclass(frozen=True)
class Quota:
    """Image counts of one class: forgotten, retained, wanted as twin images, and available in the pool."""

    label: int
    forget: int
    retain: int
    asked: int
    available: int

    @property
    def taken(self) -> int:
        return min(self.asked, self.available)


def joined(*splits: Split) -> Split:
    """Concatenates several splits."""
    parts = [[getattr(split, name) for split in splits] for name in ("images", "labels", "index", "subclass")]
    images, labels, index = map(np.concatenate, parts[:3])
    subclass = None if any(part is None for part in parts[3]) else np.concatenate(parts[3])
    return Split(images, labels, index, subclass)


def quotas(task: Task, spec: Tmu) -> list[Quota]:
    """Numbers of twin images by Eq. 3, |D_tw| / |D| = |D_f| / |D_r|, per class or over the whole data set.

    Classes that are not forgotten, or forgotten completely, use the joint ratio of all partly forgotten classes.
    """
    assert task.forget is not None
    assert task.retain is not None
    assert task.pool is not None
    removed, kept, pool = (
        np.bincount(split.labels, minlength=task.num_classes) for split in (task.forget, task.retain, task.pool)
    )
    partly = (removed > 0) & (kept > 0)
    usual = removed.sum() / kept.sum() if spec.twin_ratio == "dataset" else removed[partly].sum() / kept[partly].sum()
    found = []
    for c in range(task.num_classes):
        if removed[c] or spec.twin_classes == "all":
            ratio = removed[c] / kept[c] if spec.twin_ratio == "class" and partly[c] else usual
            asked = max(1, round(float(ratio * (removed[c] + kept[c]))))
            found.append(Quota(c, int(removed[c]), int(kept[c]), asked, int(pool[c])))
    return found


def choose_twin(pool: Split, sizes: list[Quota], generator: torch.Generator) -> Split:
    """Draws the twin images of every class from the pool."""
    order = torch.randperm(len(pool), generator=generator).numpy()
    labels = pool.labels[order]
    chosen = [order[labels == quota.label][: quota.taken] for quota in sizes]
    return pool.take(np.sort(np.concatenate(chosen)))


def fit_twin(
    model: nn.Module, twin: Split, trained: Split, task: Task, spec: Tmu, generator: torch.Generator
) -> Iterator[tuple[int, int]]:
    """Trains a copy of the original in place on D and D_tw together, with the original's recipe.

    One full schedule fits the twin images as well as the original fits D_f. More schedules do not lower the loss; a
    third of the epochs leaves it four times as high (measured on the noisy digits).

    Args:
        trained: D, the forget set and the retain set.

    Yields:
        (steps done, steps in total).
    """
    recipe = task.recipe.replace(epochs=spec.twin_epochs)
    for step in train(model, joined(trained, twin), recipe, generator=generator):
        yield step.step, step.total
