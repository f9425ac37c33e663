from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.special import log_softmax
from sklearn.metrics import roc_auc_score

from core import RunSpec, load_dataset, plan
from core.experiment.attacks import privacy, shadow_attacks, shadow_ids, simple_attacks
from core.experiment.context import Context
from core.experiment.model_set import ModelSet
from core.experiment.shadows import ShadowLogits
from core.metrics.membership.attacks import ATTACKS
from core.metrics.membership.lira import Shadows, u_lira
from core.models import model_for

ROLES = ("original", "gold-1", "gold-2", "unlearned")


@pytest.fixture
def model_set(quick: Callable[..., RunSpec]) -> ModelSet:
    spec = quick()
    models = {role: model_for(spec.model, seed).eval() for seed, role in enumerate(ROLES)}
    return ModelSet(plan(spec), Context(load_dataset(spec.model.data), {}, torch.device("cpu")), models)


def test_every_model_is_attacked_by_itself(model_set: ModelSet) -> None:
    table = pd.concat(simple_attacks(model_set))
    chosen = model_set.attack_sets
    assert len(table) == len(ROLES) * len(ATTACKS) * len(chosen.attacked)
    own = table[(table["role"] == "gold-1") & (table["attack"] == "loss threshold")]
    np.testing.assert_array_equal(own["index"][own["member"]], chosen.forget)
    np.testing.assert_array_equal(own["index"][~own["member"]], chosen.unseen)
    labels = model_set.labels(chosen.attacked)
    log_p = log_softmax(model_set.logits(chosen.attacked)["gold-1"].astype(float), axis=1)
    auc = roc_auc_score(own["member"], log_p[np.arange(len(labels)), labels])  # of one number, whatever the threshold
    assert privacy(table)["loss threshold"]["gold-1"]["auc"] == pytest.approx(auc)


def shadows(model_set: ModelSet, seed: int = 0) -> ShadowLogits:
    rng, ids = np.random.default_rng(seed), shadow_ids(model_set)
    trained = rng.permuted(np.tile(np.arange(32) % 2 == 0, (len(ids), 1)), axis=1).T
    return ShadowLogits(rng.normal(size=(32, len(ids), 10)), rng.normal(size=(32, len(ids), 10)), trained)


def test_shadow_scores_have_their_images(model_set: ModelSet) -> None:
    drawn = shadows(model_set)
    table = pd.concat(shadow_attacks(model_set, drawn), ignore_index=True)
    forget = model_set.attack_sets.forget
    count = len(forget)
    rows = table[(table["attack"] == "U-LiRA") & (table["role"] == "shadow")]
    assert rows["member"].sum() == drawn.trained[:, :count].sum()
    assert (~rows["member"]).sum() == 32 * count
    labels = model_set.labels(forget)

    def phi(logits: np.ndarray) -> np.ndarray:
        p = np.exp(log_softmax(logits[:, :count], axis=2))[:, np.arange(count), labels]
        return np.log(p / (1 - p))

    trained = drawn.trained[:, :count]
    members, others = u_lira(Shadows(phi(drawn.unlearned), trained, phi(drawn.never)))
    for image in range(count):
        own = rows[rows["index"] == forget[image]]
        np.testing.assert_allclose(own["score"][own["member"]], members[trained[:, image], image])
        np.testing.assert_allclose(own["score"][~own["member"]], others[:, image])
    attacked = table[(table["attack"] == "RMIA") & (table["role"] == "unlearned")]
    np.testing.assert_array_equal(attacked["index"], model_set.attack_sets.attacked)


def test_u_lira_compares_each_model_of_a_run_with_the_golds(model_set: ModelSet) -> None:
    table = pd.concat(shadow_attacks(model_set, shadows(model_set)), ignore_index=True)
    found = privacy(table)
    assert set(found["U-LiRA"]) == {"shadow", *ROLES} - {"original"}
    assert set(found["RMIA"]) == set(ROLES)
    rows = table[table["attack"] == "U-LiRA"].groupby("role")["score"].apply(np.array)
    golds = np.concatenate([rows["gold-1"], rows["gold-2"]])
    truth = np.repeat([1, 0], [len(rows["unlearned"]), len(golds)])
    auc = roc_auc_score(truth, np.concatenate([rows["unlearned"], golds]))
    assert found["U-LiRA"]["unlearned"]["auc"] == pytest.approx(auc)
    one, other = found["U-LiRA"]["gold-1"]["auc"], found["U-LiRA"]["gold-2"]["auc"]
    assert one + other == pytest.approx(1)  # each against the other


def test_without_golds_only_the_shadows_are_compared() -> None:
    rows: list[dict[str, Any]] = [
        {"role": role, "attack": "U-LiRA", "index": n, "member": member, "score": float(member)}
        for role, member in (("shadow", True), ("shadow", False), ("unlearned", True))
        for n in range(3)
    ]
    found = privacy(pd.DataFrame(rows))
    assert set(found["U-LiRA"]) == {"shadow"}
    assert found["U-LiRA"]["shadow"]["auc"] == 1
