"""A finished run in numbers: what was forgotten, and how far it is from gold."""

from statistics import mean

import streamlit as st

from core.glossary import TERMS, tooltip
from core.metrics.catalogue import METRICS, accuracy_keys
from core.results import Result
from core.specs import RunSpec, to_command, to_python, to_query
from core.store import RunFolder
from pages.ui.runs import export
from pages.ui.shell.errors import plain
from pages.ui.shell.links import link

METRIC_WIDTH = 150  # pixels: five in a row on a laptop, two on a phone
WIDE_METRIC = 182  # with the original's and gold's value below


def numbers(result: Result) -> None:
    """The accuracies of the unlearned model, each with where it was in the original and where it is in gold."""
    golds = list(result.golds.values())
    st.caption("Accuracy of the **unlearned** model (below: original and gold mean)")
    with st.container(horizontal=True):
        for name in accuracy_keys():
            title, text = METRICS[name].name, f"**{name}**  \n{tooltip(name)}"
            now, before = result.unlearned.get(name), result.original.get(name)
            if now is None or before is None:
                st.metric(title, "–", help=f"{text}  \n–: {TERMS['–'].about}", width=WIDE_METRIC)
                continue
            gold = f" · gold {percent(mean(g[name] for g in golds))}" if golds else ""
            st.metric(
                title, percent(now), f"original {percent(before)}{gold}", delta_color="off", delta_arrow="off",
                help=text, width=WIDE_METRIC,
            )  # fmt: skip


def percent(value: float) -> str:
    """A fraction as percent, with one digit where it needs one."""
    return f"{value:.1%}".replace(".0%", "%")


def details(run: RunFolder) -> None:
    """Stop, cost, notes; the same run as a command, as Python and as JSON."""
    result = run.result
    ratio = result.time_ratio
    against = "one retraining" if result.golds else "training the original, as no gold was trained"
    share = "" if ratio is None else f", {ratio:.0%} of the time of {against}"
    steps = f"{result.steps} step{'s' if result.steps != 1 else ''}"
    st.markdown(f"**{steps}** in **{result.unlearn_seconds:.2f} s**{share}. Stopped: {plain(result.stop_reason)}.")
    for sentence in result.notes:
        st.caption(f"· {plain(sentence)}")
    export.popover(run, "details")
    with st.expander("Reproduce this run", icon=":material/content_copy:"):
        command, python, spec = st.tabs(["Command", "Python", "JSON"])
        command.code(to_command(run.spec), language="bash", wrap_lines=True)
        python.code(to_python(run.spec), language="python")
        spec.json(run.spec.model_dump(mode="json"), expanded=False)


def onward(spec: RunSpec, *, clone: bool = True) -> None:
    """Links from a finished run to the pages that look into it.

    Args:
        clone: with a link back into the form, where that is not on the page.
    """
    query = {"run": spec.id}
    if spec.method.name == "tmu":
        link("Easy and hard", "See what was easy and what was hard", query)
    if spec.measure.deep or spec.measure.shadows:
        link("Privacy", "See what attacks find", query)
    sensitivity, gold, again = st.columns(3)
    with sensitivity:
        link("Sensitivity", "See the sensitivity of every image", query)
    with gold:
        link("Gold comparison", "Compare with gold", query)
    if clone:
        with again:
            link("Forget", "Change it and run again", to_query(spec), icon=":material/edit:")
