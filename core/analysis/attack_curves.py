"""A membership attack's scores from three sides: over every threshold, as a ROC, and image by image. No torch.

All functions read a run's table ``attacks``: role, attack, index, member, score. A score above 0 calls an image a
member.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_curve

from core.roles import gold_rows

MODEL_ATTACK = "U-LiRA"  # tells models apart and not images, so a model of the run has no non-members of its own
SHADOW = "shadow"  # the role of the shadow models in the table


def attack_population(rows: pd.DataFrame, role: str) -> pd.DataFrame:
    """The rows of a role that an attack has to tell apart.

    A model that is only compared with models that never saw the forget set (U-LiRA) stands against the golds, a gold
    against the others.

    Args:
        rows: of one attack.

    Returns:
        ``rows`` of the role, with those of the golds as non-members where it has only one kind itself; one kind alone
        where there is no (other) gold.
    """
    own = rows[rows["role"] == role]
    if own["member"].nunique() > 1:
        return own
    golds = gold_rows(rows, but=role)
    return pd.concat([own.assign(member=True), golds])


def thresholds(attack_population: pd.DataFrame, at: np.ndarray) -> pd.DataFrame:
    """What every threshold would come to: threshold, true_positive and false_positive (shares above it)."""
    member, score = attack_population["member"].to_numpy(bool), attack_population["score"].to_numpy()
    above = score > at[:, None]  # (thresholds, rows)
    rates = {"true_positive": above[:, member].mean(1), "false_positive": above[:, ~member].mean(1)}
    return pd.DataFrame({"threshold": at, **rates})


def rocs(rows: pd.DataFrame) -> pd.DataFrame:
    """The ROC of every role: role, threshold, false_positive, true_positive.

    Args:
        rows: of one attack.
    """
    curves = []
    for role in rows["role"].unique():
        told = attack_population(rows, role)
        if told["member"].nunique() > 1:
            false, true, cut = roc_curve(told["member"], told["score"], drop_intermediate=False)
            columns = {"role": role, "threshold": cut, "false_positive": false, "true_positive": true}
            curves.append(pd.DataFrame(columns))
    return pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=["role"])


def calls(rows: pd.DataFrame, forget: np.ndarray, role: str = "unlearned") -> pd.DataFrame:
    """What an attack says of each forget image: index, score, called (a member), golds_called (share of the golds for
    which it says the same of the image, null without gold); the most certain call first.

    Args:
        rows: of one attack.
        forget: ids of the forget set.
    """
    rows = rows.assign(called=rows["score"] > 0)
    rows = rows[rows["index"].isin(forget)]
    own = rows.loc[rows["role"] == role, ["index", "score", "called"]]
    golds = gold_rows(rows).groupby("index")["called"].mean()
    found = own.assign(golds_called=own["index"].map(golds).astype(float))
    return found.sort_values("score", ascending=False, kind="stable", ignore_index=True)
