"""The Easy and hard page's first screen: how well easy and hard were told apart, in numbers and words."""

from typing import Any

import pandas as pd
import streamlit as st

from core import METHODS, RunSpec
from core.glossary import TERMS, tooltip
from core.metrics.catalogue import METRICS
from core.metrics.easy_hard import baselines, compare_baselines, gold_right
from core.specs import to_query
from core.store import RunFolder, open_finished
from pages.ui.runs.summary import METRIC_WIDTH, percent
from pages.ui.shell import data_access
from pages.ui.shell.errors import plain
from pages.ui.shell.links import link

OFFERED = 3  # finished TMU runs


def ask_for_tmu(spec: RunSpec) -> None:
    """What is shown of another method's run: why there is nothing, and ways to a run that has it."""
    st.info(
        f"{METHODS[spec.method.name].title} does not predict easy and hard images. "
        "Easy/hard prediction needs a TMU run.",
        icon=":material/info:",
    )
    same = spec.replace(method=METHODS["tmu"]())
    link("Forget", "Run TMU on the same request", to_query(same), icon=":material/play_arrow:")
    labels = data_access.finished()
    there = [run for run in labels if open_finished(data_access.store(), run).spec.method.name == "tmu"]
    for run in there[:OFFERED]:
        link("Easy and hard", f"Look at {plain(labels[run])}", {"run": run})


def numbers(judgement: dict[str, Any], images: pd.DataFrame) -> None:
    """The answer in a sentence, and five numbers, each with what it has to be compared with."""
    size, easy, gold = len(images), judgement["predicted_easy"], judgement["gold_easy"]
    known = f"; gold models get **{gold:.1f}** right on average" if gold is not None else ""
    st.markdown(
        f"Of **{size}** images to forget, TMU expects a retrained model to get **{easy}** right (easy) and "
        f"**{size - easy}** wrong (hard){known}."
    )
    if gold is None:
        st.caption("This run has no gold model to check this against.")
        return
    with st.container(horizontal=True):
        _metric("predicted_easy", f"{easy}", f"gold {gold:.1f}", "gold easy")
        _metric("auc", _decimal(judgement["auc"]), f"other golds {_decimal(judgement['ceiling_auc'])}",
                "other golds")  # fmt: skip
        _metric("balanced_accuracy", _share(judgement["balanced_accuracy"]), "guessing 50%")
        _metric("accuracy", _share(judgement["accuracy"]), f"always easy {_share(judgement['always_easy'])}",
                "always easy")  # fmt: skip
        _metric("brier", _decimal(judgement["brier"]), "perfect 0")
    if judgement["auc"] is not None and judgement["accuracy"] <= judgement["always_easy"]:
        st.caption("Predicting easy for every image would be right at least as often, because few are hard. AUC and "
                   "balanced accuracy show whether TMU knows *which* ones are hard.")  # fmt: skip


def _metric(name: str, value: str, beside: str, reference: str = "") -> None:
    """One score.

    Args:
        beside: what it has to be compared with.
        reference: the glossary's word for that.
    """
    key = f"easy_hard.{name}"
    about = f"{tooltip(key)}  \n**{reference.capitalize()}.** {TERMS[reference].about}" if reference else tooltip(key)
    st.metric(METRICS[key].name, value, beside, delta_color="off", delta_arrow="off", help=about, width=METRIC_WIDTH)


def _decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def nothing_remains(judgement: dict[str, Any], images: pd.DataFrame) -> None:
    """Why the twin has nothing to say where nothing like the forget images remains."""
    text = (
        "Nothing of what is forgotten remains, so a retrained model never sees its like, and every image is hard by "
        "construction. The twin cannot help here: its own gold model is the original, which has seen them all. "
        "Where no more than five images of a label remain, the features are measured against all images that do."
    )
    if judgement["gold_easy"]:
        text += (
            f" Gold gets {judgement['gold_easy']:.1f} of the {len(images)} right nevertheless, by their likeness to "
            "others of their label, which TMU does not foresee."
        )
    st.info(text, icon=":material/info:")


@data_access.cached(16, spinner="Drawing bootstrap samples")
def compared_baselines(run: RunFolder) -> pd.DataFrame:
    """``core.metrics.easy_hard.compare_baselines`` of a run."""
    samples = data_access.samples(run)
    known = run.models.record(run.result["models"]["original"])["held_out"]
    return compare_baselines(baselines(samples, known), gold_right(samples))
