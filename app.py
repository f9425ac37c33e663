"""The overview: a finished example at once, then where to go next. The entry point of the app."""

import streamlit as st

from core.analysis.summary import summarize
from core.examples import examples, shipped
from core.figures import accuracy_comparison
from core.specs import to_query
from pages.ui.forget import live
from pages.ui.overview.examples import faces, say_what_is_elsewhere
from pages.ui.runs import summary
from pages.ui.shell.errors import callback
from pages.ui.shell.figure import show
from pages.ui.shell.links import link
from pages.ui.shell.page import page
from pages.ui.shell.url_state import select, selected

LEAD = (
    "A trained classifier should forget some of its training images, without retraining. Did it work? "
    "We compare with gold models, retrained from scratch without those images."
)


def carry_example() -> None:
    """Before the page is drawn, so that its links to other pages carry the example's run."""
    select("run", next(entry.spec.id for entry in examples() if entry.title == st.session_state["example"]))


with page("Overview", LEAD):
    built = [entry for entry in examples() if shipped(entry.spec)]
    if not built:
        st.info("This copy ships no examples. Build them with `python -m core gallery build`, or run one now.")
        link("Forget", "Forget something")
        st.stop()
    entry = next((one for one in built if one.spec.id == selected("run")), built[0])
    say_what_is_elsewhere(entry.spec.id)
    st.session_state["example"] = entry.title
    st.pills(
        "Example", [one.title for one in built], key="example", on_change=callback(carry_example), required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    run = shipped(entry.spec)
    assert run is not None
    st.markdown(entry.lesson)
    summary.numbers(run.result)
    st.markdown(summarize(run.result))
    faces(run)
    with st.container(horizontal=True):
        link("Forget", "Run it yourself", to_query(entry.spec), icon=":material/play_arrow:")
        link("Sensitivity", "Look into the images", {"run": run.run})
        link("Gold comparison", "Compare with gold", {"run": run.run})
    st.subheader("Against gold", anchor=False)
    show(accuracy_comparison(run.result), "overview.accuracies")
    live.step_by_step(run)
    summary.details(run)
