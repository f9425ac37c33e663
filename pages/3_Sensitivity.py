"""The MU-Mis lens: how strongly each image moves its target logit and the irrelevant ones, in every model."""

from functools import partial

import streamlit as st

from core.figures import before_after, distribution, rise_fall, role_name
from core.metrics.catalogue import METRICS
from pages.ui.image.panel import images_panel
from pages.ui.image.selection import take_image
from pages.ui.shell import data_access
from pages.ui.shell.figure import show, show_selectable
from pages.ui.shell.page import page

LEAD = (
    "Sensitivity is the norm of the input gradient of one logit at one image: how strongly that logit depends on the "
    "image's pixels. Training raises the sensitivity of an image's own class; forgetting should undo this."
)
SPLITS = {"forget": "Forget set", "retain": "Retain set", "test": "Test set"}
NORMS = {norm: METRICS[norm].label for norm in ("target_norm", "irrelevant_norm", "jacobian_norm")}

with page("Sensitivity", LEAD):
    run = data_access.choose_run()
    if run is None:
        st.stop()
    samples = data_access.samples(run)
    st.subheader("Every image, before and after", anchor=False)
    left, right = st.columns(2)
    norm = left.segmented_control("Norm", NORMS, default="target_norm", format_func=NORMS.get, key="sensitivity.norm",
                                  bind="query-params", required=True)  # fmt: skip
    roles = [role for role in run.result["models"] | {"unlearned": ""} if role not in ("original", "initial")]
    roles.sort(key=lambda role: (role != "unlearned", role))
    after = right.segmented_control("After", roles, default=roles[0], format_func=role_name, key="sensitivity.after",
                                    bind="query-params", required=True)  # fmt: skip
    points = before_after(samples, run.spec.model.data.info.classes, after, norm)
    ids = show_selectable(points, "before_after", partial(take_image, "before_after"))
    images_panel(run, samples, ids)

    st.subheader("What rose and what fell", anchor=False)
    split = st.segmented_control("Images", SPLITS, default="forget", format_func=SPLITS.get, key="sensitivity.split",
                                 bind="query-params", required=True)  # fmt: skip
    show(rise_fall(samples, split), "rise_fall")

    st.subheader("Distributions in every model", anchor=False)
    tabs = st.tabs(list(NORMS.values()), key="sensitivity.distribution", bind="query-params", on_change="rerun")
    for tab, name in zip(tabs, NORMS, strict=True):
        if tab.open:
            with tab:
                show(distribution(samples, split, name), f"distribution.{name}")
