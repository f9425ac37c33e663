"""The plan of a run: validates the spec, resolves the forget set, finds trained models, estimates the time."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.datasets import Dataset, ForgetSet, load_dataset, resolve, resolve_chain
from core.errors import InvalidSpec
from core.planning.estimate import estimate, total_seconds, trained_at_once
from core.planning.history import Past
from core.planning.left_behind import left_behind, left_behind_note
from core.roles import gold_role, only_golds
from core.specs import ModelSpec, RunSpec, gold_model, initial_model
from core.store.weights import weights_info

GIVEN = (
    "The original's weights were imported, not trained here. Its training images and recipe are unknown, so "
    "accuracies on retained and pool images may mean less. Gold models and all other retrained models use the recipe "
    "chosen here, which is not the original's."
)


@dataclass(frozen=True)
class Plan:
    """A validated spec and what follows from it.

    Attributes:
        chain: the forget set of every request in order, without images that earlier requests removed.
        removed: all forgotten images, earlier requests included; golds are trained without them.
        per_class: class or sub-class name -> (forget images, training images).
        models: role -> spec of every model that the run needs, except the unlearned one.
        cached: roles whose models are trained already.
        passes: role -> images processed in training, summed over epochs.
        seconds: phase -> estimated seconds; None: unknown.
        rough: whether the times of trainings are scaled from other networks or images.
        near_duplicates: ids of retained training images that look like forget images.
        warnings: sentences for the screen.
        notes: departures from the paper and guesses.
    """

    spec: RunSpec
    chain: tuple[ForgetSet, ...]
    removed: ForgetSet
    per_class: dict[str, tuple[int, int]]
    models: dict[str, ModelSpec]
    cached: frozenset[str]
    passes: dict[str, int]
    seconds: dict[str, float | None]
    rough: bool
    near_duplicates: tuple[int, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def run(self) -> str:
        return self.spec.id

    @property
    def forget(self) -> ForgetSet:
        """The forget set of the run's own request, the last one."""
        return self.chain[-1]

    @property
    def known_seconds(self) -> float:
        """Estimated seconds of the phases that can be estimated."""
        return total_seconds(self.seconds, self.golds_at_once)

    @property
    def golds_at_once(self) -> int:
        """How many golds are trained at the same time."""
        images = [passes for role, passes in only_golds(self.passes).items() if role not in self.cached]
        return trained_at_once(self.spec.model, max(images, default=0))

    @property
    def to_train(self) -> list[str]:
        """Roles of the models to train."""
        return [role for role, images in self.passes.items() if images and role not in self.cached]

    def to_json(self) -> dict[str, Any]:
        """What ``plan --json`` prints."""
        return {
            "schema": 1,
            "run": self.run,
            "request": self.spec.request_key,
            "spec": self.spec.model_dump(mode="json"),
            "forget": forget_json(self.spec, self.forget),
            "per_class": {name: list(counts) for name, counts in self.per_class.items()},
            "models": {role: {"key": m.key, "cached": role in self.cached} for role, m in self.models.items()},
            "seconds": self.seconds,
            "rough": self.rough,
            "near_duplicates": list(self.near_duplicates),
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }


def plan(spec: RunSpec, *, models: Container[str] = (), past: Past | None = None) -> Plan:
    """Validates a spec and plans its run; writes nothing.

    Args:
        models: keys of trained models.
        past: earlier records and results, for the estimate.

    Raises:
        InvalidSpec: the spec can't be run; the message names the value and what is allowed.
        DataUnavailable: its data set or its imported weights are not on this machine.
    """
    if spec.model.weights is not None:
        weights_info(spec.model)
    dataset = load_dataset(spec.model.data)
    requests = (*spec.after, spec.forget)
    removed, chain = resolve(dataset, *requests), resolve_chain(dataset, requests)
    forget = chain[-1]
    if "pool" in spec.method.needs and dataset.pool is None:
        raise InvalidSpec(f"{spec.method.name} needs a pool of held-out images; set model.data.pool to true")
    needed = {"original": spec.model, "initial": initial_model(spec.model)}
    needed |= {gold_role(seed): gold_model(spec.model, seed, removed.sha256) for seed in spec.gold_seeds}
    cached = frozenset(role for role, model in needed.items() if model.key in models)
    train = len(dataset.train)
    passes = {role: _passes(model, train, len(removed)) for role, model in needed.items()}
    seconds, rough = estimate(spec, passes, cached, train, past or Past())
    known = dataset.pool is not None and not forget.by_subclass
    duplicates = left_behind(spec.model.data, forget, removed)
    return Plan(
        spec=spec,
        chain=chain,
        removed=removed,
        per_class=_per_class(dataset, forget),
        models=needed,
        cached=cached,
        passes=passes,
        seconds=seconds,
        rough=rough,
        near_duplicates=duplicates,
        warnings=(*_warnings(spec, dataset, forget), *left_behind_note(duplicates)),
        notes=(
            *([GIVEN] if spec.model.weights else []),
            *spec.method.notes(forget.whole_classes_only, known),
        ),
    )


def forget_json(spec: RunSpec, forget: ForgetSet) -> dict[str, Any]:
    """The result's ``forget`` object."""
    return {"text": spec.forget.text, "size": len(forget), "sha256": forget.sha256}


def _passes(model: ModelSpec, train: int, removed: int) -> int:
    return 0 if model.weights else model.train.epochs * (train - (removed if model.without else 0))


def _per_class(dataset: Dataset, forget: ForgetSet) -> dict[str, tuple[int, int]]:
    train = dataset.train
    labels = train.labels if train.subclass is None else train.subclass
    total = np.bincount(labels, minlength=len(dataset.info.labels))
    removed = np.bincount(labels[np.isin(train.index, forget.ids)], minlength=len(total))
    return {name: (int(g), int(t)) for name, g, t in zip(dataset.info.labels, removed, total, strict=True)}


def _warnings(spec: RunSpec, dataset: Dataset, forget: ForgetSet) -> Iterable[str]:
    if len(spec.gold_seeds) == 0:
        yield "Without a gold model there is no reference: the gap is not computed."
    if len(spec.gold_seeds) == 1:
        yield "With one gold model there is no gold spread, so noise and real differences can't be separated."
    labels = dataset.train.labels_of(forget.ids)
    if len(np.unique(labels)) == len(dataset.classes):
        yield "The request has images of every class, so test accuracy can't be split into forgotten and others."
    if spec.model.train.epochs == 0 and spec.model.weights is None:
        yield "With 0 epochs nothing is trained: original and gold models are at chance level."
    if len(forget) > len(dataset.train) / 2:
        yield "More than half of the training images are forgotten; retraining would be the better choice."
    yield from spec.method.warnings(len(dataset.classes), forget.by_subclass)
