import numpy as np
import pandas as pd
import pytest
import torch

from core import execute, load_dataset, plan
from core.events import Phase, Table
from core.experiment.context import Context
from core.experiment.easy_hard import proxy_losses, score_run
from core.metrics.easy_hard import gold_auc, gold_right, gold_wrong_probability
from core.store import SavedModel

TMU = {
    "twin_epochs": 1,
    "curriculum_epochs": 1,
    "curriculum_steps": 1,
    "max_steps": 1,
}


@pytest.fixture(scope="module")
def tmu(quick):
    return quick("tmu", "class=3:60%", "digits-noisy", settings=TMU)


def test_proxies_are_as_many_as_curriculum_models_and_never_see_the_forget_set(tmu, monkeypatch):
    from core.experiment import easy_hard

    seen: list[set[int]] = []

    def spy(model, split, recipe, *, generator):
        seen.append(set(split.index))
        yield from ()

    monkeypatch.setattr(easy_hard, "train", spy)
    planned, dataset = plan(tmu), load_dataset(tmu.model.data)
    events = proxy_losses(Context(dataset, {}, torch.device("cpu")), planned)
    phases: list[Phase] = []
    while True:
        try:
            phases.append(next(events))
        except StopIteration as end:
            losses = end.value
            break
    assert [(phase.done, phase.total) for phase in phases] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert losses.shape == (len(planned.forget),)
    retain = set(dataset.train.index) - set(planned.forget.ids)
    assert seen == [retain] * 4


def test_scores_use_forget_rows_in_the_order_of_ids():
    own = pd.DataFrame(
        {"index": [7, 3, 9], "split": ["forget", "forget", "retain"], "p_hard": [0.9, 0.2, np.nan],
         "easy": [False, True, None]}
    )  # fmt: skip
    gold = pd.DataFrame({"index": [3, 7, 9], "split": own["split"], "label": 1, "prediction": [1, 0, 1],
                         "probability": [0.9, 0.1, 0.9]})  # fmt: skip
    gold["split"] = ["forget", "forget", "retain"]
    found = score_run(own, [gold, gold])
    assert found["accuracy"] == found["auc"] == found["ceiling_auc"] == 1
    assert (found["predicted_easy"], found["gold_easy"]) == (1, 1)
    assert found["brier"] == pytest.approx((0.1**2 + 0.2**2) / 2)
    assert score_run(own, [])["auc"] is None


def test_a_run_has_features_proxy_losses_and_scores(tmu):
    models: dict[str, SavedModel] = {}
    *events, finished = execute(tmu, models=models)
    tables = {event.name: event.frame for event in events if isinstance(event, Table)}
    samples = tables["samples"].set_index("split")
    columns = ["nf", "af", "cf", "p_hard", "easy", "proxy_loss"]
    assert samples.loc["forget", columns].notna().all(axis=None)
    assert samples.loc[["retain", "test", "pool"], columns].isna().all(axis=None)
    assert {"twin", "twin_classes", "neighbours", "adversarial"} <= set(tables)
    assert "forget_features" not in tables  # they stand on the samples' rows
    assert finished.result["easy_hard"]["predicted_easy"] == samples.loc["forget", "easy"].sum()
    golds = [models[key].table for role, key in finished.result["models"].items() if role.startswith("gold-")]
    named = pd.concat([gold.assign(role=f"gold-{n}") for n, gold in enumerate(golds)])
    forget = named[named["index"].isin(samples.loc["forget", "index"])].assign(split="forget")
    of_golds = gold_auc(gold_right(forget), gold_wrong_probability(forget))
    assert finished.result["easy_hard"]["ceiling_auc"] == of_golds  # to the last digit
    names = {event.name for event in events if isinstance(event, Phase)}
    assert {"twin", "curriculum", "proxy"} <= names
