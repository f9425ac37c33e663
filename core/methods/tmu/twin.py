"""The twin problem: held-out images play the forget set, and the twin is a model trained on them.

The original was not trained on these images, so it is the gold model of the twin problem and needs no training (Eq. 2).
Paper: https://arxiv.org/abs/2408.11433 (sections 4.1 and 4.2). It fine-tunes the original on D_tw and does not say how
long. If the twin fits its images worse than the original fits D_f, the twin images look harder for that reason alone
(measured on the noisy digits: with two to three times the loss, the fraction of easy images is overestimated by 0.06).
So both variants aim at the same loss: ``refit`` (adapted) trains on D and D_tw, ``fine_tune`` (paper) on D_tw.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from core.datasets import Split
from core.inference import image_losses
from core.methods.task import Task
from core.specs import TrainSpec
from core.specs.methods.tmu import Tmu
from core.training import as_float, augmented, steps_per_epoch, train

MAX_EPOCHS = 100  # of the paper's fine-tuning


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
    """Numbers of twin images by Eq. 3, |D_tw| / |D| = |D_f| / |D_r|.

    adapted: the equation holds within every class; classes that are not forgotten, or forgotten completely, use the
    joint ratio of all partly forgotten classes. paper: it holds over the whole data set, and the twin images are of the
    partly forgotten classes, at least two of each for BatchNorm.
    """
    assert task.forget is not None
    assert task.retain is not None
    assert task.pool is not None
    removed, kept, pool = (
        np.bincount(split.labels, minlength=task.num_classes) for split in (task.forget, task.retain, task.pool)
    )
    partly = (removed > 0) & (kept > 0)
    if spec.as_paper:
        twins = np.maximum(2, removed * (1 + removed.sum() / kept.sum()))
        wanted = partly
    else:
        usual = removed[partly].sum() / kept[partly].sum()
        ratio = np.divide(removed, kept, out=np.full(task.num_classes, usual), where=partly)
        twins = np.maximum(1, ratio * (removed + kept))
        wanted = (removed > 0) | (spec.twin_classes == "all")
    return [
        Quota(c, int(removed[c]), int(kept[c]), round(float(twins[c])), int(pool[c]))
        for c in np.flatnonzero(wanted).tolist()
    ]


def choose_twin(pool: Split, sizes: list[Quota], generator: torch.Generator) -> Split:
    """Draws the twin images of every class from the pool."""
    order = torch.randperm(len(pool), generator=generator).numpy()
    labels = pool.labels[order]
    chosen = [order[labels == quota.label][: quota.taken] for quota in sizes]
    return pool.take(np.sort(np.concatenate(chosen)))


def refit(
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
    recipe = task.recipe.replace(epochs=spec.twin_epochs or task.recipe.epochs)
    for step in train(model, joined(trained, twin), recipe, generator=generator):
        yield step.step, step.total


def fine_tune(
    model: nn.Module, twin: Split, sizes: list[Quota], target: float, task: Task, spec: Tmu, generator: torch.Generator
) -> Iterator[tuple[int, int]]:
    """Trains a copy of the original in place on D_tw alone, and on augmented copies of images that the pool lacks.

    Args:
        target: mean loss on D_tw at which the training ends, at the end of an epoch.

    Yields:
        (steps done, steps in total).
    """
    images = joined(twin, *_copies(twin, sizes, task.recipe, generator))
    recipe = task.recipe.replace(
        epochs=MAX_EPOCHS, learning_rate=spec.learning_rate, schedule="constant",
        batch_size=min(task.recipe.batch_size, len(images)),
    )  # fmt: skip
    for step in train(model, images, recipe, generator=generator):
        ends_epoch = step.step % steps_per_epoch(len(images), recipe) == 0
        ended = ends_epoch and image_losses(model, twin).mean().item() <= target
        yield step.step, step.step if ended else step.total
        if ended:
            break
    model.eval()


def _copies(twin: Split, sizes: list[Quota], recipe: TrainSpec, generator: torch.Generator) -> Iterator[Split]:
    """As many augmented copies of each class's twin images as the pool lacks of them."""
    kind = "shift" if recipe.augment == "none" else recipe.augment
    for quota in sizes:
        own = np.flatnonzero(twin.labels == quota.label)
        if lacking := (quota.asked - quota.taken if len(own) else 0):
            drawn = own[torch.randint(len(own), (lacking,), generator=generator).numpy()]
            copies = augmented(as_float(torch.tensor(twin.images[drawn])), kind, generator)
            yield replace(twin.take(drawn), images=(255 * copies).round().to(torch.uint8).numpy())
