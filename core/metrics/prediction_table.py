"""The prediction table, source of most metrics: one row per image with prediction, loss and input-gradient norms."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.datasets import Dataset, Split
from core.inference import predict
from core.models import device_of, head_of
from core.sensitivity import input_gradient_norms, selected_gradient_norms, target_and_irrelevant
from core.specs import MeasureSpec
from core.training import tensors

NORMS = ["target_norm", "irrelevant_norm", "jacobian_norm"]
NORM_CLASSES = 20  # with more classes, the irrelevant mean is over a sample of this many


def prediction_table(model: nn.Module, dataset: Dataset) -> pd.DataFrame:
    """One row per image of the data set: index, split, label, subclass, prediction, probability (of the label), margin
    (label's logit minus the largest other), loss; norms are NaN until ``fill_norms``."""
    parts = [_rows(model, name, split) for name, split in dataset.splits.items()]
    return pd.concat(parts, ignore_index=True)


def _rows(model: nn.Module, name: str, split: Split) -> pd.DataFrame:
    images, labels = tensors(split, device_of(model))
    logits = predict(model, images)
    own = logits.gather(1, labels[:, None]).squeeze(1)
    others = logits.scatter(1, labels[:, None], -torch.inf)
    loss = F.cross_entropy(logits, labels, reduction="none")
    frame = pd.DataFrame(
        {
            "index": split.index,
            "split": name,
            "label": split.labels,
            "subclass": pd.array(split.subclass if split.subclass is not None else [None] * len(split), dtype="Int64"),
            "prediction": logits.argmax(dim=1).cpu().numpy(),
            "probability": (-loss).exp().cpu().numpy(),
            "margin": (own - others.max(dim=1).values).cpu().numpy(),
            "loss": loss.cpu().numpy(),
        }
    )
    return frame.assign(**{column: np.float32("nan") for column in NORMS})


def norm_ids(dataset: Dataset, forget_ids: np.ndarray, removed_ids: np.ndarray, measure: MeasureSpec) -> np.ndarray:
    """Ids of the images whose norms are measured: forget images up to a limit, and equally many retain and test images.

    Args:
        removed_ids: ids of all images that are not retained, including those of earlier requests.
    """
    limit = measure.norm_images
    retain = np.setdiff1d(dataset.train.index, removed_ids)
    rng = np.random.default_rng(0)  # the same images for every run of a request
    chosen = [seeded_part(forget_ids, limit, rng)]
    chosen += [seeded_part(ids, len(chosen[0]), rng) for ids in (retain, dataset.test.index)]
    return np.sort(np.concatenate(chosen))


def seeded_part(ids: np.ndarray, limit: int, rng: np.random.Generator) -> np.ndarray:
    """A random part of at most ``limit`` ids, sorted."""
    return ids if len(ids) <= limit else np.sort(rng.choice(ids, limit, replace=False))


def missing_norms(table: pd.DataFrame, ids: np.ndarray) -> np.ndarray:
    """The ids whose norms are missing in the table."""
    have = table["index"][table["target_norm"].notna()]
    return np.setdiff1d(ids, have)


def fill_norms(
    model: nn.Module, table: pd.DataFrame, dataset: Dataset, ids: np.ndarray, batch_size: int = 256
) -> Iterator[int]:
    """Measures the norms of these images, writes them into the table, and yields the number done after each batch."""
    position = pd.Series(table.index, index=table["index"])
    done = 0
    for split in dataset.splits.values():
        part = split.with_ids(ids)
        for start in range(0, len(part), batch_size):
            piece = part.take(slice(start, start + batch_size))
            table.loc[position[piece.index], NORMS] = image_norms(model, piece)
            done += len(piece)
            yield done


def image_norms(model: nn.Module, split: Split) -> np.ndarray:
    """Target, mean irrelevant and whole-Jacobian norm of every image, float32 (N, 3).

    With up to ``NORM_CLASSES`` classes all three are exact. With more, the irrelevant mean is over that many random c'
    per image, and the squared Jacobian norm has an unbiased estimate from the same sample:
    target squared + (K - 1) * mean irrelevant squared.
    """
    images, labels = tensors(split, device_of(model))
    classes = head_of(model).out_features
    if classes <= NORM_CLASSES:
        norms = input_gradient_norms(model, images)
        target, irrelevant = target_and_irrelevant(norms, labels)
        jacobian = norms.square().sum(dim=1).sqrt()
    else:
        wanted = torch.cat([labels[:, None], _drawn_classes(split, classes).to(labels.device)], dim=1)
        norms = selected_gradient_norms(model, images, wanted)
        target, irrelevant = norms[:, 0], norms[:, 1:].mean(dim=1)
        jacobian = (target.square() + (classes - 1) * norms[:, 1:].square().mean(dim=1)).sqrt()
    return torch.stack([target, irrelevant, jacobian], dim=1).cpu().numpy()


def _drawn_classes(split: Split, classes: int) -> Tensor:
    """Random irrelevant classes (N, R), without repetition, seeded by the image's id: the same for all models."""
    rows = [
        (label + 1 + np.random.default_rng(int(index)).permutation(classes - 1)[:NORM_CLASSES]) % classes
        for index, label in zip(split.index, split.labels, strict=True)
    ]
    return torch.from_numpy(np.stack(rows))
