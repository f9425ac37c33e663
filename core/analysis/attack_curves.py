"""Scores of a membership attack: rates at every threshold, ROC curves, predictions per image. No torch.

All functions read a run's table ``attacks``: role, attack, index, member, score. A score above 0 predicts
"member".
"""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_curve

from core.roles import gold_rows

MODEL_ATTACK = "U-LiRA"  # classifies models instead of images, so one model has members or non-members only
SHADOW = "shadow"  # the role of the shadow models in the table


def attack_population(rows: pd.DataFrame, role: str) -> pd.DataFrame:
    """The members and non-members of an attack on one role.

    An attack on models (U-LiRA) compares a model with the golds, which never saw the forget set, and a gold with the
    other golds.

    Args:
        rows: of one attack.

    Returns:
        ``rows`` of the role. If these are only members or only non-members: as members, with the rows of the (other)
        golds as non-members, if there are any.
    """
    own = rows[rows["role"] == role]
    if own["member"].nunique() > 1:
        return own
    golds = gold_rows(rows, exclude=role)
    return pd.concat([own.assign(member=True), golds])


def thresholds(attack_population: pd.DataFrame, at: np.ndarray) -> pd.DataFrame:
    """Rates at every threshold: threshold, true_positive and false_positive (shares of the scores above it)."""
    member, score = attack_population["member"].to_numpy(bool), attack_population["score"].to_numpy()
    above = score > at[:, None]  # (thresholds, rows)
    rates = {"true_positive": above[:, member].mean(1), "false_positive": above[:, ~member].mean(1)}
    return pd.DataFrame({"threshold": at, **rates})


def rocs(rows: pd.DataFrame) -> pd.DataFrame:
    """ROC curves of all roles: role, threshold, false_positive, true_positive.

    Args:
        rows: of one attack.
    """
    curves = []
    for role in rows["role"].unique():
        population = attack_population(rows, role)
        if population["member"].nunique() > 1:
            false, true, threshold = roc_curve(population["member"], population["score"], drop_intermediate=False)
            columns = {"role": role, "threshold": threshold, "false_positive": false, "true_positive": true}
            curves.append(pd.DataFrame(columns))
    return pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=["role"])


def calls(rows: pd.DataFrame, forget: np.ndarray, role: str = "unlearned") -> pd.DataFrame:
    """An attack's prediction for each forget image, the highest score first: index, score, called (predicted a member),
    golds_called (share of the golds for which the image is predicted a member, null without gold).

    Args:
        rows: of one attack.
        forget: ids of the forget set.
    """
    rows = rows.assign(called=rows["score"] > 0)
    rows = rows[rows["index"].isin(forget)]
    own = rows.loc[rows["role"] == role, ["index", "score", "called"]]
    golds = gold_rows(rows).groupby("index")["called"].mean()
    table = own.assign(golds_called=own["index"].map(golds).astype(float))
    return table.sort_values("score", ascending=False, kind="stable", ignore_index=True)
