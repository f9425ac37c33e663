"""Scores TMU's easy/hard prediction against gold, and computes a baseline for it."""

from collections.abc import Generator

import numpy as np
import pandas as pd
import torch

from core.device import on_device
from core.events import Phase
from core.experiment.context import Context
from core.experiment.rng import make_generator
from core.inference import image_losses
from core.methods.tmu.features import brief_recipe
from core.metrics.easy_hard import Scores, gold_right, gold_wrong_probability, score_prediction
from core.models import model_for
from core.planning.plan import Plan
from core.roles import gold_role
from core.specs.methods.tmu import Tmu
from core.training import train


def proxy_losses(context: Context, planned: Plan) -> Generator[Phase, None, np.ndarray]:
    """Returns the loss (N,) of every forget image under briefly trained proxies of gold.

    The proxies are as many and as briefly trained as TMU's curriculum models, but on the retain set only. This is a
    baseline in the baseline comparison; no method sees it.
    """
    spec, dataset = planned.spec, context.dataset
    assert isinstance(spec.method, Tmu)
    forget = dataset.train.with_ids(planned.forget.ids)
    retain = dataset.train.with_ids(planned.removed.ids, keep=False)
    generator = make_generator(spec.unlearn_seed, "proxy")
    total = spec.method.brief_models
    losses = []
    for n in range(total):
        model = on_device(model_for(spec.model, int(torch.randint(2**31, (), generator=generator))), context.device)
        recipe = brief_recipe(spec.model.train, len(retain), spec.method)
        for _ in train(model, retain, recipe, generator=generator):
            pass
        losses.append(image_losses(model, forget).cpu().numpy())
        yield Phase("proxy", n + 1, total)
    return np.mean(losses, axis=0)


def score_run(own: pd.DataFrame, golds: list[pd.DataFrame]) -> Scores:
    """The result's ``easy_hard``, from the unlearned model's rows and those of the golds."""
    rows = own[own["split"] == "forget"].sort_values("index")
    golds_rows = pd.concat([gold.assign(role=gold_role(n)) for n, gold in enumerate(golds)]) if golds else None
    nothing = np.empty((0, len(rows)))
    right = nothing.astype(bool) if golds_rows is None else gold_right(golds_rows)
    p_wrong = nothing if golds_rows is None else gold_wrong_probability(golds_rows)
    return score_prediction(rows["p_hard"].to_numpy(), rows["easy"].to_numpy(dtype=bool), right, p_wrong)
