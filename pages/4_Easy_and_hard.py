"""The TMU lens: which forget images would gold still get right, and how well was that predicted?"""

import streamlit as st

from core.figures import baseline_comparison, baseline_sentence, calibration, precision_recall, roc, threshold_explorer
from core.metrics.easy_hard import gold_right, reliability, threshold_table, verdicts
from pages.ui.easy_and_hard import forget_images, scores, twin
from pages.ui.runs import summary
from pages.ui.shell import data_access
from pages.ui.shell.figure import show
from pages.ui.shell.page import page

LEAD = (
    "A retrained model would still recognise many of the forgotten images, because similar images remain. These are "
    "easy. Only the hard ones have to be forgotten. TMU predicts which is which, without retraining."
)

with page("Easy and hard", LEAD):
    run = data_access.choose_run(lambda spec: spec.method.name == "tmu")
    if run is None:
        st.stop()
    if run.spec.method.name != "tmu":
        scores.ask_for_tmu(run.spec)
        st.stop()
    samples = data_access.samples(run)
    images, right = verdicts(samples), gold_right(samples)
    judgement = run.result["easy_hard"]
    scores.numbers(judgement, images)
    if "twin" not in run.tables:
        scores.nothing_remains(judgement, images)
    baselines = scores.compared_baselines(run) if judgement["auc"] is not None else None
    if baselines is not None:
        st.markdown(baseline_sentence(baselines))

    ranked = judgement["auc"] is not None and images["p_hard"].nunique() > 1
    names = ["Images"]
    names += ["Where to cut", "Probabilities"] if ranked else []
    names += ["Baselines"] if baselines is not None else []
    names += ["Twin problem"] if "twin" in run.tables else []
    tabs = dict(zip(names, st.tabs(names, key="easy_hard.part", bind="query-params"), strict=True))
    with tabs["Images"]:
        forget_images.explore(run, samples, images)
    if ranked:
        table = threshold_table(images["p_hard"].to_numpy(), right)
        with tabs["Where to cut"]:
            show(threshold_explorer(table, images), "cuts")
        with tabs["Probabilities"]:
            called_hard = int((~images["easy"]).sum())
            left, beside = st.columns(2, gap="medium")
            with left:
                show(roc(table, called_hard), "roc")
            with beside:
                show(precision_recall(table, called_hard), "precision_recall")
            st.markdown(f"Brier score **{judgement['brier']:.3f}**: the mean squared distance of the probability to "
                        "the share of golds that are wrong; 0 is perfect.")  # fmt: skip
            show(calibration(reliability(images["p_hard"].to_numpy(), right)), "calibration")
    if baselines is not None:
        with tabs["Baselines"]:
            show(baseline_comparison(baselines, judgement["ceiling_auc"]), "ladder")
    if "twin" in run.tables:
        with tabs["Twin problem"]:
            twin.problem(run, samples, images, right)
    st.subheader("Cost and notes", anchor=False)
    summary.details(run)
