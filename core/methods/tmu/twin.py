"""The twin problem: held-out images that play the forget set, and a model that has learnt them.

The original model was not trained on them, so it is the twin problem's gold model, and it is there already.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.datasets import Split
from core.evaluation.tables import predict
from core.methods.task import Task, batches
from core.models import device_of
from core.specs import Tmu
from core.training import as_float, augmented, tensors

RATE = 0.1  # of the recipe's peak: fine-tuning, not training anew


@dataclass(frozen=True)
class Quota:
    """How many images of one class the twin asks for, and how many the pool has of it."""

    label: int
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

    A class of which nothing is forgotten, or nothing remains, takes the ratio of the whole request, counted over the
    classes that it touches in part.
    """
    assert task.forget is not None
    assert task.retain is not None
    assert task.pool is not None
    gone, kept, pool = (
        np.bincount(s.labels, minlength=task.num_classes) for s in (task.forget, task.retain, task.pool)
    )
    touched = (gone > 0) & (kept > 0)
    if not touched.any():
        touched = gone > 0
    whole = gone[touched].sum() / max(1, kept[touched].sum())
    if spec.twin_ratio == "data set":
        whole = gone.sum() / kept.sum()
    found = []
    for c in range(task.num_classes):
        if spec.twin_classes == "forgotten" and not gone[c]:
            continue
        ratio = gone[c] / kept[c] if spec.twin_ratio == "class" and gone[c] and kept[c] else whole
        asked = max(1, round(float(ratio * (gone[c] + kept[c]))))
        found.append(Quota(c, asked, int(pool[c])))
    return found


def choose_twin(pool: Split, sizes: list[Quota], generator: torch.Generator) -> Split:
    """A random part of the pool's images of every class."""
    order = torch.randperm(len(pool), generator=generator).numpy()
    labels = pool.labels[order]
    chosen = [order[labels == quota.label][: quota.taken] for quota in sizes]
    return pool.take(np.sort(np.concatenate(chosen)))


def fit_twin(
    model: nn.Module, twin: Split, trained: Split, target: float, task: Task, spec: Tmu, generator: torch.Generator
) -> Iterator[int]:
    """Fine-tunes a copy of the original in place until it fits the twin images as well as the original fits D_f.

    Every step has a batch of twin images and one of equal size of the images that the original was trained on. Yields
    the number of passes over the twin images so far.

    Args:
        trained: D_r and D_f.
        target: mean loss of D_f under the original.
    """
    device = device_of(model)
    images, labels = tensors(twin, device)
    old_images, old_labels = tensors(trained, device)
    recipe = task.recipe
    size = max(1, min(recipe.batch_size // 2, len(twin)))
    replay = batches(len(old_labels), size, generator)
    optimiser = torch.optim.SGD(
        model.parameters(), RATE * recipe.learning_rate, recipe.momentum, weight_decay=recipe.weight_decay
    )
    model.eval()  # BatchNorm keeps its statistics: the twin stands to them as D_f does
    done = 0
    for batch, ends_pass in batches(len(labels), size, generator):
        old, _ = next(replay)
        x = torch.cat([images[batch.to(device)], old_images[old.to(device)]])
        y = torch.cat([labels[batch.to(device)], old_labels[old.to(device)]])
        loss = F.cross_entropy(model(augmented(as_float(x), recipe.augment, generator)), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if ends_pass:
            done += 1
            yield done
            if done == spec.twin_passes or losses(model, twin).mean().item() <= target:
                return


def losses(model: nn.Module, split: Split) -> Tensor:
    """Cross-entropy (N,) of every image, in eval mode."""
    images, labels = tensors(split, device_of(model))
    return F.cross_entropy(predict(model, images), labels, reduction="none")
