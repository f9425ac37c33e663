"""Measurements on the models of a run: outputs and map always, the others on request."""

import copy
from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd

from core.events import Event, Phase, Table
from core.experiment.attacks import privacy, shadow_attacks, shadow_ids, simple_attacks
from core.experiment.feature_map import run_map
from core.experiment.model_set import ModelSet
from core.experiment.rng import make_generator
from core.experiment.shadows import shadow_logits
from core.metrics.membership.attacks import touched
from core.metrics.output_divergence import output_family, outputs_by_gold
from core.metrics.prediction_table import seeded_part
from core.metrics.relearning import LIMIT, relearn, relearning
from core.metrics.representation import class_probe, similarities


def measure(model_set: ModelSet) -> Generator[Event, None, dict[str, Any]]:
    """Returns the result's ``outputs`` and ``map`` and, on request, ``representation``, ``relearning`` and ``privacy``.

    Yields:
        progress, and the tables ``map`` (role, index, x, y, nearest), ``relearning`` (role, step, accuracy) and
        ``attacks`` (role, attack, index, member, score).
    """
    wanted = model_set.planned.spec.measure
    by_gold = outputs_by_gold(model_set.logits(model_set.planned.forget.ids))
    found: dict[str, Any] = {"outputs": output_family(by_gold), "outputs_by_gold": by_gold}
    places, found["map"] = run_map(model_set)
    yield Table("map", places)
    attacks: list[pd.DataFrame] = []
    if wanted.deep:
        found["representation"] = _representation(model_set)
        found["relearning"] = yield from _relearning(model_set)
        attacks += simple_attacks(model_set)
    if wanted.shadows:
        shadows = yield from shadow_logits(model_set.context, model_set.planned, shadow_ids(model_set))
        attacks += shadow_attacks(model_set, shadows)
    if attacks:
        table = pd.concat(attacks, ignore_index=True)
        yield Table("attacks", table)
        found["privacy"] = privacy(table)
    return found


def _representation(model_set: ModelSet) -> dict[str, dict[str, Any]]:
    """role -> cka_gold, cka_original (test images) and probe (None without a pool)."""
    test, pool = model_set.dataset.test, model_set.dataset.pool
    features = model_set.features(test)
    found: dict[str, dict[str, Any]] = {role: {**each, "probe": None} for role, each in similarities(features).items()}
    if pool is not None:
        of_pool = model_set.features(pool)
        in_pool, in_test = (
            touched(split, model_set.forget, model_set.planned.forget.by_subclass) for split in (pool, test)
        )
        for role in found:
            found[role]["probe"] = class_probe(of_pool[role], in_pool, features[role], in_test)
    return found


def _relearning(model_set: ModelSet) -> Generator[Event, None, dict[str, Any]]:
    """Relearning curves of all models. Those of trained models are cached for further runs of the same request."""
    spec, planned, device = model_set.planned.spec, model_set.planned, str(model_set.context.device)
    watched = seeded_part(model_set.forget.index, spec.measure.probe_images, np.random.default_rng(0))
    curves: dict[str, list[float]] = {}
    for n, role in enumerate(model_set.models):
        trained = planned.models.get(role)
        key = None if trained is None else (trained.key, planned.forget.sha256, len(watched), device)
        curves[role] = _known_curves.get(key) or (yield from _curve(model_set, role, watched, n))
        if key:
            _known_curves[key] = curves[role]
    frames = [pd.DataFrame({"role": r, "step": range(len(c)), "accuracy": c}) for r, c in curves.items()]
    yield Table("relearning", pd.concat(frames, ignore_index=True))
    return relearning(curves)


def _curve(model_set: ModelSet, role: str, watched: np.ndarray, before: int) -> Generator[Event, None, list[float]]:
    """Returns the relearning curve of one model.

    Args:
        before: number of models done before, for the progress.
    """
    forget, recipe = model_set.forget, model_set.planned.spec.model.train
    model = copy.deepcopy(model_set.models[role])
    order = make_generator(0, "relearn")  # the same order for every model
    curve = []
    for value in relearn(model, forget, forget.with_ids(watched), recipe, generator=order):
        curve.append(value)
        yield Phase("relearn", before * LIMIT + len(curve) - 1, LIMIT * len(model_set.models))
    return curve


_known_curves: dict[tuple[str, str, int, str] | None, list[float]] = {}  # cache of this process
