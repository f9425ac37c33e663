"""The three features of TMU, and their scale.

NF: mean distance between an image's penultimate activations and those of the five nearest retained images of its class
    (Eq. 4, with five as in section 5.1); adapted: activations normalised to length 1, as in the paper's code;
AF: cross-entropy between its predicted probabilities and those of its adversarial copy (Eqs. 5 and 6; the paper's code
    uses logits as probabilities);
CF: mean loss under briefly trained models (the paper's "curriculum-learning-loss"), see ``curriculum``.

Scale (adapted; the paper states none): the logarithm of each feature is standardised by retained images under the same
model, each measured without itself. So even a single forget image has a scale, and both problems have the same one.
(The paper's code scales both sets by their own minimum and maximum.) Images of all classes set the scale; using only
the image's own class would remove differences between easy and hard classes. If a class has at most five images left,
all retained images are used.
Paper: https://arxiv.org/abs/2408.11433 (section 4.3).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.datasets import Split
from core.inference import image_losses, predict
from core.methods.task import Task
from core.models import device_of, features_of
from core.oom import map_batches
from core.sensitivity import evaluating
from core.specs import TrainSpec
from core.specs.methods.tmu import Tmu
from core.training import as_float, steps_per_epoch, tensors, train

FEATURES = ["nf", "af", "cf"]
SCALED = ["nf_z", "af_z", "cf_z"]
NEIGHBOURS = 5
ATTACK_STEPS = 10
PAPER_EPOCHS = 2  # of the CF model; "one or two" (section 4.3)
REFERENCE = 400  # retained images that set the scale
TINY = 1e-6  # added before a logarithm


@dataclass(frozen=True)
class Features:
    """Features of the images of one problem.

    Attributes:
        frame: index, label, nf, af, cf and nf_z, af_z, cf_z, one row per image; the last three are what the predictor
            learns from, unscaled in the paper's variant.
        neighbours: index, rank (from 1), neighbour (image id) and distance: the five nearest images of every image.
        adversarial: float32 (N, C, H, W), the adversarial copies.
    """

    frame: pd.DataFrame
    neighbours: pd.DataFrame
    adversarial: Tensor


def measure(
    model: nn.Module, asked: Split, remaining: Split, curriculum_loss: pd.Series, spec: Tmu, generator: torch.Generator
) -> Features:
    """Features of the images ``asked`` in the problem with these retained images.

    Args:
        curriculum_loss: CF of every image of both splits, by id.
        generator: on the CPU; draws the retained images that set the scale.
    """
    bank = activations(model, remaining, unit=not spec.as_paper)
    found = _unscaled(model, asked, remaining, bank, curriculum_loss, spec)
    if spec.as_paper:
        found.frame[SCALED] = found.frame[FEATURES]
        return found
    values = _logarithms(found.frame)
    for rows, like in _scales(asked.labels, remaining.labels, spec.reference):
        chosen = like[torch.randperm(len(like), generator=generator)[:REFERENCE].numpy()]
        scale = _logarithms(_unscaled(model, remaining.take(chosen), remaining, bank, curriculum_loss, spec).frame)
        found.frame.loc[rows, SCALED] = (values[rows] - scale.mean(0)) / (scale.std(0) + TINY)
    return found


def _scales(asked: np.ndarray, remaining: np.ndarray, reference: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields (rows of asked images, rows of the retained images that set their scale), from the labels of both."""
    if reference == "all":
        yield np.arange(len(asked)), np.arange(len(remaining))
        return
    for c in np.unique(asked):
        yield np.flatnonzero(asked == c), _like(remaining, c)


def _like(labels: np.ndarray, label: int) -> np.ndarray:
    """Rows of a class; all rows where it has no more than five."""
    same = np.flatnonzero(labels == label)
    return same if len(same) > NEIGHBOURS else np.arange(len(labels))


def _unscaled(
    model: nn.Module, asked: Split, remaining: Split, bank: Tensor, curriculum_loss: pd.Series, spec: Tmu
) -> Features:
    """The unscaled features. A retained image is not its own neighbour.

    Args:
        bank: activations of the retained images.
    """
    frame = pd.DataFrame({"index": asked.index, "label": asked.labels, "nf": 0.0})
    acts, near = activations(model, asked, unit=not spec.as_paper), []
    for c in np.unique(asked.labels):
        rows, same = np.flatnonzero(asked.labels == c), _like(remaining.labels, c)
        itself = torch.from_numpy(asked.index[rows][:, None] == remaining.index[same]).to(bank.device)
        distance, position = nearest(acts[rows], bank[same], itself=itself)
        frame.loc[rows, "nf"] = distance.mean(1).cpu().numpy()
        near.append(_neighbours(asked.index[rows], remaining.index[same], distance, position))
    adversarial = attacked(model, asked, spec.attack)
    frame["af"] = attack_feature(model, asked, adversarial).cpu().numpy()
    frame["cf"] = curriculum_loss[asked.index].to_numpy()
    return Features(frame, pd.concat(near, ignore_index=True), adversarial)


def _logarithms(frame: pd.DataFrame) -> np.ndarray:
    """(N, 3) float64."""
    return np.log(frame[FEATURES].to_numpy() + TINY)


@torch.no_grad()
def activations(model: nn.Module, split: Split, *, unit: bool, batch_size: int = 1024) -> Tensor:
    """Penultimate activations (N, D) in eval mode; ``unit``: normalised to length 1."""
    images, _ = tensors(split, device_of(model))

    def of(part: Tensor) -> Tensor:
        found = features_of(model)(as_float(part))
        return F.normalize(found) if unit else found

    with evaluating(model):
        return torch.cat(list(map_batches(of, batch_size, images)))


def nearest(
    queries: Tensor, bank: Tensor, *, itself: Tensor | None = None, count: int = NEIGHBOURS, batch_size: int = 512
) -> tuple[Tensor, Tensor]:
    """Distances and positions (N, count) of the nearest rows of ``bank``, nearest first.

    Args:
        queries, bank: (N, D) and (M, D).
        itself: bool (N, M), True where a row of the bank is the query's own image, which is skipped.
    """
    itself = torch.zeros(len(queries), len(bank), dtype=torch.bool, device=bank.device) if itself is None else itself
    count = min(count, len(bank) - int(itself.any()))

    def of(part: Tensor, own: Tensor) -> tuple[Tensor, Tensor]:
        distance = torch.cdist(part, bank, compute_mode="donot_use_mm_for_euclid_dist")
        return distance.masked_fill(own, torch.inf).topk(count, largest=False)

    distances, positions = zip(*map_batches(of, batch_size, queries, itself), strict=True)
    return torch.cat(distances), torch.cat(positions)


def attacked(model: nn.Module, split: Split, budget: float, *, batch_size: int = 256) -> Tensor:
    """Adversarial copies float32 (N, C, H, W): untargeted projected gradient ascent on the loss, no random start.

    Args:
        budget: maximum change per pixel in [0, 1]; the result stays in [0, 1].

    Source: Madry et al., https://arxiv.org/abs/1706.06083; 10 steps, each a quarter of the budget.
    """

    def twins(part: Tensor, y: Tensor) -> Tensor:
        x = clean = as_float(part)
        for _ in range(ATTACK_STEPS):
            x = x.detach().requires_grad_()
            (slope,) = torch.autograd.grad(F.cross_entropy(model(x), y, reduction="sum"), x)
            x = x + 0.25 * budget * slope.sign()
            x = torch.clamp(x, clean - budget, clean + budget).clamp(0, 1)
        return x.detach()

    with evaluating(model, frozen=True), torch.enable_grad():
        return torch.cat(list(map_batches(twins, batch_size, *tensors(split, device_of(model)))))


def attack_feature(model: nn.Module, split: Split, adversarial: Tensor) -> Tensor:
    """AF (N,): -sum_k p_k(x) log p_k(x')."""
    images, _ = tensors(split, device_of(model))
    return -(predict(model, images).softmax(1) * predict(model, adversarial).log_softmax(1)).sum(1)


def curriculum(task: Task, images: Split, spec: Tmu, generator: torch.Generator) -> Iterator[tuple[int, int, Tensor]]:
    """Trains one model per half of the images briefly, from scratch, and measures the loss of all images under each.

    Every image of D_r, D_f and D_tw is in the training half of exactly one model of a pair, so all images are treated
    equally. The recipe is the original's with fewer steps. paper: only the first model of the first pair.

    Yields:
        (models done, models in total, losses (N,)), once per model.
    """
    for n in range(spec.brief_models):
        if n % 2 == 0:
            halves = np.array_split(torch.randperm(len(images), generator=generator).numpy(), 2)
        half = halves[n % 2]
        model = task.fresh(int(torch.randint(2**31, (), generator=generator)))
        recipe = brief_recipe(task.recipe, len(half), spec)
        for _ in train(model, images.take(half), recipe, generator=generator):
            pass
        yield n + 1, spec.brief_models, image_losses(model, images)


def brief_recipe(recipe: TrainSpec, images: int, spec: Tmu) -> TrainSpec:
    """The recipe with few epochs, but (adapted) at least ``curriculum_steps`` steps."""
    if spec.as_paper:
        return recipe.replace(epochs=PAPER_EPOCHS)
    least = -(-spec.curriculum_steps // steps_per_epoch(images, recipe))
    return recipe.replace(epochs=max(spec.curriculum_epochs, least))


def _neighbours(asked: np.ndarray, bank: np.ndarray, distance: Tensor, position: Tensor) -> pd.DataFrame:
    count = position.shape[1]
    return pd.DataFrame(
        {
            "index": np.repeat(asked, count),
            "rank": np.tile(np.arange(1, count + 1), len(asked)),
            "neighbour": bank[position.cpu().numpy().ravel()],
            "distance": distance.cpu().numpy().ravel(),
        }
    )
