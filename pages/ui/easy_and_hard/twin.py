"""The Easy and hard page's twin problem: what it is, with its own data beside the original one's."""

import numpy as np
import pandas as pd
import streamlit as st

from core.figures import shift, twin_features, twin_losses
from core.metrics.easy_hard import auc
from core.store import RunFolder
from pages.ui.shell.figure import show, table

ABOUT = """
| | original problem | twin problem |
|---|---|---|
| to forget | the forget set, **{forget}** images | the twin images, **{twin}** held-out images of the pool |
| trained on all | the original | the **twin**: the original, trained further on its images |
| trained on the rest | gold, **unknown** | the original, **known**: {easy} twin images are easy, {hard} hard |

The twin images are to the twin what the forget set is to the original, but of them it is known which are easy. So the
predictor learns there, from the same three features, and is then asked about the forget set.
"""


def problem(run: RunFolder, samples: pd.DataFrame, images: pd.DataFrame, right: np.ndarray) -> None:
    """The analogy, the shift of the share of easy images, how alike features and fit are, and how many per class.

    Args:
        samples: rows of every role.
        images: ``core.metrics.easy_hard.verdicts``.
        right: ``core.metrics.easy_hard.gold_right``.
    """
    twin = run.table("twin")
    easy = int(twin["easy"].sum())
    st.markdown(ABOUT.format(forget=len(images), twin=len(twin), easy=easy, hard=len(twin) - easy))
    if (learnt := auc(twin["p_hard"].to_numpy(), twin["easy"].to_numpy()[None])) is not None:
        st.markdown(f"On twin images that it did not learn from, the predictor's AUC is **{learnt:.3f}**.")
    shares, alike, fit, sizes = st.tabs(
        ["Share of easy images", "Features", "How well both are fitted", "Per class"],
        key="easy_hard.twin", bind="query-params",
    )  # fmt: skip
    with shares:
        show(shift(images, right, twin), "shift")
    with alike:
        show(twin_features(images, twin), "twin_features")
    with fit:
        original = samples[(samples["role"] == "original") & (samples["split"] == "forget")]
        show(twin_losses(twin, original), "twin_losses")
    with sizes:
        names = run.spec.model.data.info.classes
        rows = run.table("twin_classes")
        st.caption("The twin asks for as many images as keep the request's ratio of forgotten to remaining images "
                   "(Eq. 3), and takes what the pool has.")  # fmt: skip
        table(rows.assign(label=[names[label] for label in rows["label"]]), "twin_classes")
