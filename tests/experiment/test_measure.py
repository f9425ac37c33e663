import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from core import RunSpec, Table, execute
from core.experiment import measure, shadows
from core.store import SavedModel

ROLES = {"original", "gold-1", "gold-2", "unlearned"}


def tables(events: list[Any]) -> dict[str, Any]:
    return {event.name: event.frame for event in events if isinstance(event, Table)}


def test_nothing_but_the_outputs_unless_asked(finish, quick: Callable[..., RunSpec]) -> None:
    events, result = finish(quick())
    assert {"representation", "relearning", "privacy"}.isdisjoint(result)
    assert set(tables(events)) == {"trajectory", "forget_steps", "samples", "map"}


def test_deep(finish, quick: Callable[..., RunSpec]) -> None:
    models: dict[str, SavedModel] = {}
    plain = finish(quick("gradient-ascent"), models=models)[1]
    events, result = finish(quick("gradient-ascent", settings={"measure.deep": True}), models=models)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["accuracy"] == plain["accuracy"]  # looking changes nothing
    assert result["outputs"] == plain["outputs"]
    assert set(result["representation"]) == ROLES
    assert result["representation"]["original"]["cka_original"] == pytest.approx(1)
    assert set(result["representation"]["unlearned"]["probe"]) == {"auc", "balanced_accuracy"}
    found = tables(events)
    curves = found["relearning"].pivot(index="step", columns="role", values="accuracy")
    assert curves.loc[0].to_dict() == pytest.approx({role: result["accuracy"][role]["FA"] for role in ROLES})
    assert result["relearning"]["steps"]["original"] == 0
    attacks = found["attacks"]
    assert (
        set(attacks["attack"]) == set(result["privacy"]) == {"loss threshold", "entropy regression", "confidence SVC"}
    )
    own = attacks[(attacks["role"] == "gold-2") & (attacks["attack"] == "confidence SVC")]
    assert result["privacy"]["confidence SVC"]["gold-2"]["auc"] == pytest.approx(
        roc_auc_score(own["member"], own["score"])
    )


def test_curves_of_trained_models_are_measured_once(
    finish, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "_known_curves", {})
    models: dict[str, SavedModel] = {}
    deep = {"measure.deep": True}
    first = tables(finish(quick("gradient-ascent", settings=deep), models=models)[0])["relearning"]
    measured: list[object] = []
    original = measure.relearn
    monkeypatch.setattr(measure, "relearn", lambda *args, **words: measured.append(args) or original(*args, **words))
    again = tables(finish(quick("gradient-ascent", settings=deep), models=models)[0])["relearning"]
    assert len(measured) == 1  # the unlearned model's
    assert again.equals(first)
    finish(quick("gradient-ascent", settings=deep, forget="class=4"), models=models)
    assert len(measured) == 1 + len(ROLES)  # other images, other curves, of the same original too


def test_deep_where_there_is_no_class_to_probe(finish, quick: Callable[..., RunSpec]) -> None:
    for words in ({"forget": "random=50%"}, {"settings": {"model.data.pool": False}}):
        settings = {"measure.deep": True} | words.pop("settings", {})
        _, result = finish(quick(gold_seeds=(), settings=settings, **words))
        assert [each["probe"] for each in result["representation"].values()] == [None, None]
        assert [each["cka_gold"] for each in result["representation"].values()] == [None, None]
        assert set(result["relearning"]["steps"]) == {"original", "unlearned"}


def test_shadows(finish, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadows, "_work_off", lambda jobs: ((job.pair, shadows.work(job)) for job in jobs))
    settings = {"measure.shadows": 32, "model.train.epochs": 1, "model.data.size": 100}
    models: dict[str, SavedModel] = {}
    events, result = finish(quick(settings=settings), models=models)
    assert set(result["privacy"]["U-LiRA"]) == {"shadow", *ROLES} - {"original"}  # neither unlearned nor never trained
    assert set(result["privacy"]["RMIA"]) == ROLES
    assert {"representation", "relearning"}.isdisjoint(result)
    assert len(models) == 64 + 4
    rows = tables(events)["attacks"].query("attack == 'U-LiRA' and role == 'shadow'")
    size = result["forget"]["size"]
    assert rows["member"].value_counts().to_dict() == {False: 32 * size, True: 16 * size}


def test_a_run_stopped_while_measuring_can_resume(finish, quick, store) -> None:
    spec = quick(gold_seeds=(1,), settings={"measure.deep": True})
    events = execute(spec, models=store.models, device="cpu")
    next(event for event in events if getattr(event, "name", "") == "relearn" and event.done > 50)
    events.close()
    _, resumed = finish(spec, models=store.models)
    _, fresh = finish(spec)
    for name in ("outputs", "relearning", "representation", "privacy"):
        assert resumed[name] == fresh[name]
    np.testing.assert_equal(resumed["accuracy"], fresh["accuracy"])
