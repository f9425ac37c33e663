"""Before a run: is the spec sound, what will be forgotten, what is trained already, about how long will it take?"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.datasets import Dataset, ForgetSet, load_dataset, resolve, resolve_chain
from core.errors import InvalidSpec
from core.planning.estimate import estimate
from core.planning.history import Past
from core.planning.left_behind import left_behind, left_behind_note
from core.roles import gold_role
from core.specs import ModelSpec, RunSpec, gold_model, initial_model
from core.store.weights import weights_info

GIVEN = (
    "The original's weights were given, not trained here. On which images and how is not known, so accuracies on "
    "retained images and on the pool may mean less; gold models and all else that is retrained follow the recipe that "
    "was chosen here, which is not the original's own."
)


@dataclass(frozen=True)
class Plan:
    """A spec that has been checked.

    Attributes:
        chain: the forget set of every request in turn, without what earlier ones have removed.
        removed: everything forgotten, earlier requests included; what golds are trained without.
        per_class: class or sub-class name -> (forget images, training images).
        models: role -> spec of every model that the run needs, the unlearned one excepted.
        cached: roles that are trained already.
        passes: role -> images that go through the model in its training, counted once an epoch.
        seconds: phase -> estimated seconds; None where nothing is known of it.
        rough: whether trainings are estimated by those of other networks or images.
        near_duplicates: ids of training images that would stay and look like ones to forget.
        warnings: sentences for the screen.
        notes: where the method departs from its paper, and what is a guess.
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
        return sum(value for value in self.seconds.values() if value is not None)

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
    """Checks everything before anything is written.

    Args:
        models: what is trained already, by key.
        past: earlier records and results, for the estimate.

    Raises:
        InvalidSpec: the spec can't be run; the message names the value and what is allowed.
        DataUnavailable: its data set is not on this machine, or the weights that it names are not.
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
    alike = left_behind(spec.model.data, forget, removed)
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
        near_duplicates=alike,
        warnings=(*_warnings(spec, dataset, forget), *left_behind_note(alike)),
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
        yield "Without a gold model nothing says what the accuracies should be; the gap stays empty."
    if len(spec.gold_seeds) == 1:
        yield "One gold model has no spread: whether a difference is more than chance can't be told."
    labels = dataset.train.labels_of(forget.ids)
    if len(np.unique(labels)) == len(dataset.classes):
        yield "The request touches every class, so there is no test accuracy of forgotten and of other classes."
    if spec.model.train.epochs == 0 and spec.model.weights is None:
        yield "With 0 epochs nothing is trained: original and gold models only guess."
    if len(forget) > len(dataset.train) / 2:
        yield "More than half of the training images go; a new training would be the better choice."
