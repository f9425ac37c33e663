"""How far is the unlearned model from models that never saw the forget set, and does another method come nearer?"""

import streamlit as st

from core.access import is_read_only
from core.analysis.method_comparison import overview
from core.analysis.summary import summarize
from core.figures import accuracy_comparison, class_changes, gold_gap, role_name
from core.metrics.accuracy import comparison
from core.specs import RunSpec
from core.store import RunFolder
from pages.ui.gold_comparison import image_outcomes, methods
from pages.ui.runs import summary, sweep
from pages.ui.shell import data_access
from pages.ui.shell.figure import show, table
from pages.ui.shell.links import go
from pages.ui.shell.page import page

LEAD = (
    "Gold models were trained by the same recipe on the retain set alone, each from its own random weights. "
    "Differences smaller than their spread are noise."
)


def add_gold(spec: RunSpec) -> str:
    """Queues the same run with one more gold and returns its id; what this store has trained already is used again."""
    used = {*spec.gold_seeds, spec.model.seed}
    seed = next(seed for seed in range(1, len(used) + 2) if seed not in used)
    return data_access.queue(spec.replace(gold_seeds=(*spec.gold_seeds, seed)))


def this_run(run: RunFolder) -> None:
    """One run against every gold, metric by metric and class by class."""
    show(accuracy_comparison(run.result), "accuracy_comparison")
    rows = comparison(run.result["accuracy"])
    rows = rows.assign(role=["Do nothing (original)" if r == "original" else role_name(r) for r in rows["role"]])
    table(rows, "comparison", tuple(rows.columns[1:]))
    st.subheader("Distance to the mean gold", anchor=False)
    show(gold_gap(run.result), "gold_gap")
    if not is_read_only() and st.button("Add one more gold model", icon=":material/add:",
                 help="Retrains one more model without the forget set and repeats the comparison."):  # fmt: skip
        go("Runs", {"run": add_gold(run.spec), "back": "Gold comparison"})
    st.subheader("Class by class, on test images", anchor=False)
    info = run.spec.model.data.info
    by = run.spec.group_column
    names = info.labels if by == "subclass" else info.classes
    show(class_changes(data_access.samples(run), names, by), "class_changes")


with page("Gold comparison", LEAD):
    run = data_access.choose_run(lambda spec: spec.gold_seeds)
    if run is None:
        st.stop()
    results = data_access.results(run)
    summary.numbers(run.result)
    st.markdown(f"{summarize(run.result)} {methods.place(overview(results), run.run)}")
    sweep.progress(run.spec, redraw=True)
    sweep.button(run.spec, "gold")
    side_by_side, single, images, cost = st.tabs(
        ["All methods", "This run", "Images", "Cost"],
        default="All methods" if len(results) > 1 else "This run",
        key="gold.tab",
        bind="query-params",
        on_change="rerun",  # so that the costly ones are drawn only where they are open
    )
    with side_by_side:
        methods.side_by_side(results)
    if single.open:
        with single:
            this_run(run)
    if images.open:
        with images:
            st.subheader("Where the forget images go", anchor=False)
            image_outcomes.forget_images(run)
            st.subheader("Which other images changed", anchor=False)
            image_outcomes.other_images(run)
    if cost.open:
        with cost:
            methods.cost(results)
            st.subheader("This run", anchor=False)
            summary.details(run)
