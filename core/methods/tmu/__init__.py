"""TMU, twin machine unlearning: predicts which forget images a retrained model classifies right, forgets the others.

Held-out images play the forget set in a **twin problem**, whose gold model is the original itself (``twin``). For each
twin image the answer is known: easy if the original classifies it right, else hard. Three features are measured in the
same way in both problems (``features``). A predictor learns the probability of being hard from the twin images and
applies it to the forget images (``predictor``). Only the hard ones are then forgotten (``forgetting``).

Paper: https://arxiv.org/abs/2408.11433 (first version; section 4). The variant ``paper`` follows its text, and its code
where the text says nothing; ``adapted``, the default, works better with few images. Choices of both where text and code
differ or say nothing: twin images come from the pool, never from the test set, and the same ones give the twin, its
labels and its features; NF uses the model of each problem, and CF uses models trained on images of both problems;
unlearning starts from the original (text), not from the twin (code). What else ``adapted`` changes stands in the notes
of ``core.specs.methods.tmu`` and in the files here.

If no image of a class or sub-class remains, a retrained model has never seen it. The twin can't predict that, because
its gold model has seen every class, so such images are hard (p_hard = 1) by construction.
"""

import copy
from collections.abc import Generator, Iterator

import numpy as np
import pandas as pd
import torch
from torch import nn

from core.datasets import Split
from core.events import NoStep, Note, Phase, Table
from core.inference import image_losses, predict
from core.methods.task import Task
from core.methods.tmu.features import SCALED, Features, curriculum, measure
from core.methods.tmu.forgetting import forget_hard, relabel
from core.methods.tmu.predictor import called_easy, fit, held_out
from core.methods.tmu.twin import Quota, choose_twin, fine_tune, joined, quotas, refit
from core.models import device_of
from core.specs.methods.tmu import Tmu
from core.training import Step, tensors

MAX_PICTURES = 1000  # adversarial images to store


def unlearn(
    model: nn.Module, task: Task, spec: Tmu, *, generator: torch.Generator
) -> Iterator[Step | NoStep | Phase | Table | Note]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device, with ``features`` and a linear ``head``.
        task: with forget set, retain set, pool, ``fresh`` and the recipe.
        spec: defaults and ranges stand in its fields.
        generator: on the CPU; every random draw.

    Yields:
        Phases ``twin`` and ``curriculum``; tables ``twin``, ``twin_classes``, ``forget_features``, ``neighbours`` and
        ``adversarial``; notes; then steps with ``step_size``, the last with the stop reason. No step if no image is
        hard, or if the accuracy on the forget set is at its target already.
    """
    assert task.forget is not None
    assert task.retain is not None
    assert task.pool is not None
    model.eval()
    known_hard = task.nothing_remains(task.forget)
    sizes = [] if known_hard.all() else quotas(task, spec)
    twin = choose_twin(task.pool, sizes, generator) if sizes else task.pool.take(slice(0))
    everything = joined(task.retain, task.forget, twin)
    curriculum_loss = yield from _curriculum(task, everything, spec, generator)
    found = measure(model, task.forget, task.retain, curriculum_loss, spec, generator)
    p_hard = np.ones(len(task.forget))
    if sizes:
        p_hard = yield from _by_twin(model, task, twin, sizes, found, curriculum_loss, spec, generator)
        p_hard[known_hard] = 1.0
    if known_hard.any():
        yield Note(
            f"{known_hard.sum()} forget images belong to classes or sub-classes without retained images: they are "
            "hard by construction, without a prediction."
        )
    easy = called_easy(p_hard, spec.threshold)
    yield Table("forget_features", found.frame.assign(p_hard=p_hard, easy=easy))
    yield Table("neighbours", found.neighbours)
    yield Table("adversarial", _pictures(model, task.forget, found))
    if easy.all():
        yield NoStep("no step was needed: no forget image is predicted to be hard")
        return
    yield from (relabel if spec.as_paper else forget_hard)(model, task, easy, spec, generator)


def _curriculum(
    task: Task, everything: Split, spec: Tmu, generator: torch.Generator
) -> Generator[Phase, None, pd.Series]:
    """Returns CF of every image, by id."""
    losses = []
    for done, total, loss in curriculum(task, everything, spec, generator):
        losses.append(loss.double().cpu().numpy())
        yield Phase("curriculum", done, total)
    return pd.Series(np.mean(losses, axis=0), index=everything.index)


def _by_twin(
    model: nn.Module, task: Task, twin: Split, sizes: list[Quota], found: Features, curriculum_loss: pd.Series,
    spec: Tmu, generator: torch.Generator,
) -> Generator[Phase | Table | Note, None, np.ndarray]:  # fmt: skip
    """Builds the twin problem, fits the predictor on it, and returns p_hard of every forget image."""
    assert task.forget is not None
    assert task.retain is not None
    trained = joined(task.retain, task.forget)
    target = image_losses(model, task.forget).mean().item()
    twin_model = copy.deepcopy(model)
    if spec.as_paper:
        fitting = fine_tune(twin_model, twin, sizes, target, task, spec, generator)
    else:
        fitting = refit(twin_model, twin, trained, task, spec, generator)
    for done, total in fitting:
        yield Phase("twin", done, total)
    hard = _predicted(model, twin) != twin.labels
    loss = image_losses(twin_model, twin).cpu().numpy()
    rows = measure(twin_model, twin, trained, curriculum_loss, spec, generator).frame
    asked, learnt = found.frame[SCALED].to_numpy(), rows[SCALED].to_numpy()
    p_hard = fit(learnt, hard, spec, generator)(asked)
    unseen = held_out(learnt, hard, spec, generator)
    yield Table("twin", rows.assign(loss=loss, p_hard=unseen, easy=~hard))
    yield Table("twin_classes", pd.DataFrame([vars(quota) | {"taken": quota.taken} for quota in sizes]))
    yield from _twin_notes(sizes, float(loss.mean()), target, spec)
    return p_hard


def _twin_notes(sizes: list[Quota], loss: float, target: float, spec: Tmu) -> Iterator[Note]:
    asked, taken = (sum(getattr(quota, name) for quota in sizes) for name in ("asked", "taken"))
    if taken < asked:
        ratio = f"so the twin's forgetting ratio is {taken / asked:.0%} of the request's"
        instead = f"so {asked - taken} augmented copies were added" if spec.as_paper else ratio
        yield Note(f"The pool has only {taken} of the {asked} twin images of Eq. 3, {instead}.")
    yield Note(
        f"Mean loss of the twin on its twin images: {loss:.2g}; of the original on the forget images: {target:.2g}. "
        "The closer these are, the more similar the two problems."
    )


def _predicted(model: nn.Module, split: Split) -> np.ndarray:
    images, _ = tensors(split, device_of(model))
    return predict(model, images).argmax(1).cpu().numpy()


def _pictures(model: nn.Module, forget: Split, found: Features) -> pd.DataFrame:
    """index, prediction and pixels (bytes of uint8 C x H x W) of the first adversarial images."""
    some = found.adversarial[:MAX_PICTURES]
    pixels = (some * 255).round().to(torch.uint8).cpu().numpy()
    return pd.DataFrame(
        {
            "index": forget.index[:MAX_PICTURES],
            "prediction": predict(model, some).argmax(1).cpu().numpy(),
            "pixels": [image.tobytes() for image in pixels],
        }
    )
