"""Outputs and sensitivities of every model on one image, from the answers of ``core.inspection``. No torch."""

import numpy as np
import pandas as pd


def target_and_rival(answers: pd.DataFrame, label: int | None) -> tuple[int, int]:
    """The class c and the strongest irrelevant class c' of an image.

    Args:
        label: of the image; None if unlabelled: then c is the original's prediction.

    Returns:
        c, and the other class with the original's largest logit.
    """
    original = answers[answers["role"] == "original"].set_index("class")["logit"]
    target = int(original.idxmax()) if label is None else label
    return target, int(original.drop(target).idxmax())


def in_models(answers: pd.DataFrame, target: int) -> pd.DataFrame:
    """One row per role: prediction, probability (of the target), margin (the target's logit minus the largest other),
    target_norm, irrelevant_norm (mean over all c' != c), jacobian_norm."""
    rows = []
    for role, own in answers.groupby("role", sort=False):
        own = own.set_index("class")
        others = own.drop(target)
        rows.append(
            {
                "role": role,
                "prediction": int(own["logit"].idxmax()),
                "probability": own.loc[target, "probability"],
                "margin": own.loc[target, "logit"] - others["logit"].max(),
                "target_norm": own.loc[target, "norm"],
                "irrelevant_norm": others["norm"].mean(),
                "jacobian_norm": np.sqrt(np.square(own["norm"]).sum()),
            }
        )
    return pd.DataFrame(rows)


def mumis_numbers(answers: pd.DataFrame, target: int, irrelevant: int) -> pd.DataFrame:
    """The MU-Mis terms of the image (https://arxiv.org/abs/2402.15109, Eq. 3), one row per role: target_squared,
    irrelevant_squared, and difference, which MU-Mis minimises."""
    norms = answers.pivot(index="role", columns="class", values="norm").astype(float)
    norms = norms.loc[answers["role"].unique()]
    terms = pd.DataFrame(
        {"target_squared": norms[target] ** 2, "irrelevant_squared": norms[irrelevant] ** 2}
    )  # fmt: skip
    return terms.assign(difference=terms["target_squared"] - terms["irrelevant_squared"]).reset_index()
