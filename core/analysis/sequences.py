"""Sequences of requests: gaps to gold after every step, and relapse of forgotten requests.

The sequence experiments of MU-Mis (https://arxiv.org/abs/2402.15109) report a utility gap and a resilience gap to a
model retrained at every step. We did not find their formulas, so these are our own:

- utility gap after step k: the average gap (FA of request k, RA, TA) to the mean gold of the first k requests, and the
  KL divergence from gold on request k's images;
- resilience gap after step k: mean over the requests j < k of |accuracy(unlearned) - mean accuracy(gold)| on the images
  of request j. Not defined at the first step.

The noise floor of each is the gap of a gold to the other golds of its step. No torch.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from core.analysis.metric_values import metric_value, noise_floor
from core.results import Result
from core.roles import gold_roles, gold_rows

GAPS = ("gap", "kl", "resilience")


def request_accuracies(samples: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Every model's accuracy on the images of every request, later requests included.

    Args:
        samples: prediction tables of the run of every step, in order: role, split, index, label, prediction.

    Returns:
        Columns step (0: before the first request, where ``original`` is), request (from 1), role (original, unlearned,
        gold-...), accuracy.
    """
    images = [frame.loc[frame["split"] == "forget", "index"].unique() for frame in samples]
    everything = np.concatenate(images)
    rows = []
    for step, frame in enumerate(samples, 1):
        asked = frame[frame["index"].isin(everything)]
        right = asked.assign(right=asked["prediction"] == asked["label"])
        for request, own in enumerate(images, 1):
            found = right[right["index"].isin(own)].groupby("role")["right"].mean()
            rows += [
                {"step": step if role != "original" else 0, "request": request, "role": role, "accuracy": value}
                for role, value in found.items()
                if role != "initial" and (role != "original" or step == 1)
            ]
    return pd.DataFrame(rows, columns=["step", "request", "role", "accuracy"])


def sequence_steps(results: Sequence[Result], accuracies: pd.DataFrame) -> pd.DataFrame:
    """One row per step: gaps, accuracies, cost.

    Args:
        results: ``result.json`` of the run of every step, in order.
        accuracies: of ``request_accuracies``.

    Returns:
        Columns step, request (its text), images, gap, kl and resilience, each with its ``_floor``, FA, RA, TA of the
        unlearned model, steps (of the method), seconds (of unlearning), retraining (seconds of a gold), run. Null
        without gold; floors are null for fewer than two golds.
    """
    rows = []
    for step, result in enumerate(results, 1):
        resilience, resilience_floor = _resilience(accuracies[accuracies["step"] == step], step)
        own, golds = result.unlearned, result["seconds"]["gold"]
        rows.append({
            "step": step,
            "request": result["forget"]["text"],
            "images": result["forget"]["size"],
            "gap": metric_value(result, "unlearned", "gap"),
            "gap_floor": noise_floor(result, "gap"),
            "kl": metric_value(result, "unlearned", "kl"),
            "kl_floor": noise_floor(result, "kl"),
            "resilience": resilience,
            "resilience_floor": resilience_floor,
            **{name: own[name] for name in ("FA", "RA", "TA")},
            "steps": result.steps,
            "seconds": result.unlearn_seconds,
            "retraining": sum(golds) / len(golds) if golds else None,
            "run": result.run,
        })  # fmt: skip
    table = pd.DataFrame(rows)
    numbers = [*GAPS, *(f"{name}_floor" for name in GAPS), "retraining"]
    return table.astype(dict.fromkeys(numbers, float))


class Relapse(NamedTuple):
    """An earlier request whose accuracy has risen since it was forgotten."""

    request: int
    then: float  # accuracy of the unlearned model at its own step
    now: float  # after the last step
    gold: float | None  # of the mean gold after the last step


def largest_relapse(accuracies: pd.DataFrame) -> Relapse | None:
    """The earlier request whose accuracy has risen most since its own step; None if no accuracy has risen.

    Args:
        accuracies: of ``request_accuracies``.
    """
    last = accuracies["step"].max()
    wide = accuracies[accuracies["role"] == "unlearned"].pivot(index="request", columns="step", values="accuracy")
    risen = {request: wide.loc[request, last] - wide.loc[request, request] for request in range(1, last)}
    if not risen or max(risen.values()) <= 0:
        return None
    request = max(risen, key=lambda one: risen[one])
    last_rows = accuracies[(accuracies["step"] == last) & (accuracies["request"] == request)]
    golds = gold_rows(last_rows)["accuracy"]
    gold = float(golds.mean()) if len(golds) else None
    return Relapse(request, float(wide.loc[request, request]), float(wide.loc[request, last]), gold)


def _resilience(accuracies: pd.DataFrame, step: int) -> tuple[float | None, float | None]:
    """The resilience gap of a step and its noise floor."""
    wide = accuracies[accuracies["request"] < step].pivot(index="request", columns="role", values="accuracy")
    golds = gold_roles(wide)
    if wide.empty or not golds:
        return None, None
    gap = (wide["unlearned"] - wide[golds].mean(axis=1)).abs().mean()
    apart = [(wide[gold] - wide[golds].drop(columns=gold).mean(axis=1)).abs().mean() for gold in golds]
    return float(gap), sum(apart) / len(apart) if len(golds) > 1 else None
