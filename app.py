"""The overview: what unlearning is, in one finished example; then the other examples. The entry point of the app."""

import streamlit as st

from core.analysis.summary import summarize
from core.examples import examples, shipped
from core.figures import accuracy_comparison
from core.specs import to_query
from pages.ui.forget.replay import replay, three_numbers
from pages.ui.overview.examples import cards, say_what_is_elsewhere
from pages.ui.runs import summary
from pages.ui.shell.download import offer_missing
from pages.ui.shell.figure import show
from pages.ui.shell.links import go, link
from pages.ui.shell.page import page
from pages.ui.shell.url_state import selected

LEAD = "A trained classifier should forget some of its training images, as if it had never seen them."

with page("Overview", LEAD):
    built = [(entry, run) for entry in examples() if (run := shipped(entry.spec))]
    if not built:
        st.info("This copy ships no examples. Build them with `python -m core gallery build`, or run one now.")
        link("Forget", "Forget something")
        st.stop()
    entry, run = next((one for one in built if one[1].run == selected("run")), built[0])
    say_what_is_elsewhere(run.run)
    offer_missing(entry.spec.model.data.name)
    replay(run, f"overview.{run.run}", story=True)
    numbers, onward = st.columns([3, 1], vertical_alignment="center")
    with numbers:
        three_numbers(run)
    with onward:
        what = "digit" if "digit" in entry.title else "thing"
        if st.button(f"Forget another {what}", type="primary", icon=":material/backspace:", width="stretch"):
            go("Forget", to_query(entry.spec))
    st.subheader("Other examples", anchor=False)
    cards([one for one in built if one[1].run != run.run])
    st.subheader("This example in the terms of the papers", anchor=False)
    st.markdown(entry.lesson)
    summary.numbers(run.result)
    st.markdown(summarize(run.result))
    with st.container(horizontal=True):
        link("Forget", "Step by step", {"run": run.run} | to_query(entry.spec))
        link("Sensitivity", "Look into the images", {"run": run.run})
        link("Gold comparison", "Compare with gold", {"run": run.run})
    show(accuracy_comparison(run.result), "overview.accuracies")
    summary.details(run)
