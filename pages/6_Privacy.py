"""Can somebody tell that an image was trained on and then forgotten, and what does the model still hold of it?"""

import streamlit as st

from core.analysis.attack_curves import MODEL_ATTACK, attack_population, rocs
from core.figures import (
    attack_roc,
    attack_role_name,
    attack_roles,
    attack_scores,
    feature_bars,
    lead_text,
    relearning_curves,
    relearning_text,
)
from core.store import RunFolder
from pages.ui.privacy import panels
from pages.ui.shell import data_access
from pages.ui.shell.figure import show
from pages.ui.shell.page import page

LEAD = (
    "A membership attack guesses from a model's outputs whether an image was in its training set. A model that has "
    "forgotten an image reveals no more than a model that never saw it. So the target is gold's value, not the lowest."
)


def attacks(run: RunFolder) -> None:
    """What every attack found, then one of them in detail."""
    table = run.table("attacks")
    st.subheader("What attacks find", anchor=False)
    panels.numbers(run.result["privacy"])
    panels.every_number(run.result["privacy"])

    names = list(table["attack"].unique())
    first = MODEL_ATTACK if MODEL_ATTACK in names else names[0]
    attack = st.segmented_control("Attack", names, default=first, format_func=panels.title, key="privacy.attack",
                                  bind="query-params", required=True)  # fmt: skip
    rows = table[table["attack"] == attack]
    roles = attack_roles(rows["role"])
    role = st.segmented_control("Model", roles, default=roles[0], format_func=attack_role_name,
                                key=f"privacy.role.{attack}", bind="query-params", required=True)  # fmt: skip
    scores, curves = st.columns(2, gap="medium")
    with scores:
        st.markdown("**Scores of members and non-members**")
        show(attack_scores(attack_population(rows, role)), f"scores.{attack}.{role}")
    with curves:
        st.markdown("**ROC of every model**")
        show(attack_roc(rocs(rows)), f"roc.{attack}")
    st.subheader("On which images", anchor=False)
    panels.images(run, rows)


with page("Privacy", LEAD):
    run = data_access.choose_run(lambda spec: spec.measure.deep or spec.measure.shadows)
    if run is None:
        st.stop()
    if "privacy" in run.result:
        attacks(run)
    if "relearning" in run.result:
        found = run.result["relearning"]
        st.subheader("Relearning", anchor=False)
        st.markdown(f"Steps until {found['target']:.0%} of the forget set are right again: {relearning_text(found)}. "
                    f"{lead_text(found)}")  # fmt: skip
        show(relearning_curves(run.table("relearning"), found), "relearning")
        st.subheader("Forgotten class in the features", anchor=False)
        show(feature_bars(run.result["representation"]), "feature_bars")
    panels.offers(run.spec)
