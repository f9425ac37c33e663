"""The twin problem: held-out images that play the forget set, and a model that has learnt them.

The original was not trained on them, so it is the twin problem's gold model, and it is there already (Eq. 2).
Paper: https://arxiv.org/abs/2408.11433 (sections 4.1 and 4.2). It fine-tunes the original on D_tw and does not say for
how long, or whether with D. Where twin images are fitted worse than D_f is by the original, they look harder for that
reason alone (measured on the noisy digits: two to three times the loss, and the share of easy images is overrated by
0.06).
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
    """One class in both problems: how many images of it are forgotten, remain, are asked for, and are in the pool."""

    label: int
    forget: int
    retain: int
    asked: int
    available: int

    @property
    def taken(self) -> int:
        return min(self.asked, self.available)


def joined(*splits: Split) -> Split:
    """The images of several splits, in their order."""
    parts = [[getattr(split, name) for split in splits] for name in ("images", "labels", "index", "subclass")]
    images, labels, index = map(np.concatenate, parts[:3])
    subclass = None if any(part is None for part in parts[3]) else np.concatenate(parts[3])
    return Split(images, labels, index, subclass)


def quotas(task: Task, spec: Tmu) -> list[Quota]:
    """Sizes by Eq. 3: |D_tw| / |D| = |D_f| / |D_r|, of every class within itself or over the whole data set.

    A class of which nothing is forgotten, or nothing remains, takes the ratio of all classes that go in part, together.
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
    """A random part of the pool's images of every class."""
    order = torch.randperm(len(pool), generator=generator).numpy()
    labels = pool.labels[order]
    chosen = [order[labels == quota.label][: quota.taken] for quota in sizes]
    return pool.take(np.sort(np.concatenate(chosen)))


def fit_twin(
    model: nn.Module, twin: Split, trained: Split, task: Task, spec: Tmu, generator: torch.Generator
) -> Iterator[tuple[int, int]]:
    """Trains a copy of the original in place, on D and D_tw together, by the original's own recipe.

    One cycle as long as the recipe's fits the twin images as well as the original fits D_f; further cycles do not bring
    the loss down any more, and a third as many passes leave it four times as high (measured on the noisy digits).

    Args:
        trained: D, the forget and the retain set.

    Yields:
        (steps done, steps in all).
    """
    recipe = task.recipe.replace(epochs=spec.twin_epochs)
    for step in train(model, joined(trained, twin), recipe, generator=generator):
        yield step.step, step.total
