"""What is measured on the models themselves, once all of them exist: outputs and map always, the rest on request."""

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from core.events import Event, Phase, Table
from core.experiment.attacks import privacy, shadow_attacks, shadow_ids, simple_attacks
from core.experiment.feature_map import run_map
from core.experiment.model_set import Rivals
from core.experiment.rng import make_generator
from core.experiment.shadows import shadow_logits
from core.experiment.trained_models import Models
from core.metrics.membership.attacks import touched
from core.metrics.output_divergence import output_family
from core.metrics.prediction_table import seeded_part
from core.metrics.relearning import LIMIT, relearn, relearning
from core.metrics.representation import class_probe, similarities


def measure(rivals: Rivals, models: Models) -> Iterator[Event]:
    """Returns the result's ``outputs`` and ``map`` and, on request, ``representation``, ``relearning`` and ``privacy``.

    Yields:
        progress, and the tables ``map`` (role, index, x, y, nearest), ``relearning`` (role, step, accuracy) and
        ``attacks`` (role, attack, index, member, score).
    """
    wanted = rivals.planned.spec.measure
    found: dict[str, Any] = {"outputs": output_family(rivals.logits(rivals.planned.forget.ids))}
    places, found["map"] = run_map(rivals)
    yield Table("map", places)
    attacks: list[pd.DataFrame] = []
    if wanted.deep:
        found["representation"] = _representation(rivals)
        found["relearning"] = yield from _relearning(rivals)
        attacks += simple_attacks(rivals)
    if wanted.shadows:
        shadows = yield from shadow_logits(rivals.planned, rivals.dataset, shadow_ids(rivals), models, rivals.place)
        attacks += shadow_attacks(rivals, shadows)
    if attacks:
        table = pd.concat(attacks, ignore_index=True)
        yield Table("attacks", table)
        found["privacy"] = privacy(table)
    return found


def _representation(rivals: Rivals) -> dict[str, dict[str, Any]]:
    """role -> cka_gold and cka_original on the test images, and the probe, None without a pool."""
    test, pool = rivals.dataset.test, rivals.dataset.pool
    features = rivals.features(test)
    found: dict[str, dict[str, Any]] = {role: {**each, "probe": None} for role, each in similarities(features).items()}
    if pool is not None:
        of_pool = rivals.features(pool)
        in_pool, in_test = (touched(split, rivals.forget, rivals.by_subclass) for split in (pool, test))
        for role in found:
            found[role]["probe"] = class_probe(of_pool[role], in_pool, features[role], in_test)
    return found


def _relearning(rivals: Rivals) -> Iterator[Event]:
    """The curves of trained models are remembered: they are the same in all runs of a request that a worker does."""
    spec, planned = rivals.planned.spec, rivals.planned
    watched = seeded_part(rivals.forget.index, spec.measure.probe_images, np.random.default_rng(0))
    curves: dict[str, list[float]] = {}
    for n, role in enumerate(rivals.models):
        trained = planned.models.get(role)
        key = trained and (trained.key, planned.forget.sha256, len(watched), str(rivals.place))
        curves[role] = _known_curves.get(key) or (yield from _curve(rivals, role, watched, n))
        if key:
            _known_curves[key] = curves[role]
    frames = [pd.DataFrame({"role": r, "step": range(len(c)), "accuracy": c}) for r, c in curves.items()]
    yield Table("relearning", pd.concat(frames, ignore_index=True))
    return relearning(curves)


def _curve(rivals: Rivals, role: str, watched: np.ndarray, before: int) -> Iterator[Event]:
    """Returns the relearning curve of one model, after so many other models."""
    forget, recipe = rivals.forget, rivals.planned.spec.model.train
    model = copy.deepcopy(rivals.models[role])
    order = make_generator(0, "relearn")  # the same order for every model
    curve = []
    for value in relearn(model, forget, forget.with_ids(watched), recipe, generator=order):
        curve.append(value)
        yield Phase("relearn", before * LIMIT + len(curve) - 1, LIMIT * len(rivals.models))
    return curve


_known_curves: dict[tuple[str, str, int, str] | None, list[float]] = {}  # in this process; a few numbers a model
