"""Pick what to forget and how, see what that means, run it and watch it live."""

import streamlit as st

from core import RunSpec, load_dataset
from core.access import is_read_only
from core.examples import examples
from core.planning.plan import Plan
from core.store import open_run
from pages.ui.forget import live, request, run_form
from pages.ui.forget.data import choose_data, offer_other_data
from pages.ui.forget.method import method_and_models
from pages.ui.forget.other_run import say_differences
from pages.ui.forget.plan_summary import images, offer_duplicates
from pages.ui.runs import sweep
from pages.ui.shell import data_access
from pages.ui.shell.errors import boundary, callback, plain
from pages.ui.shell.page import page
from pages.ui.shell.url_state import select, selected


def start(spec: RunSpec) -> None:
    """Queues a run and shows it below."""
    select("run", data_access.queue(spec))


def example(number: int) -> None:
    """Fills the form with an example."""
    run_form.fill(examples()[number].spec)
    select("run", None)


def run_bar(planned: Plan) -> None:
    """At the foot of the page, seen however far it is scrolled: the button, and how far the run is."""
    run = selected("run")
    with st.bottom:
        button, beside = st.columns([2, 3], gap="large", vertical_alignment="center")
        button.button("Run", type="primary", icon=":material/play_arrow:", on_click=callback(start, planned.spec),
                      width="stretch", disabled=is_read_only())  # fmt: skip
        with beside:
            if run:
                live.show_status(run)
            if run != planned.spec.id and is_finished(planned.spec.id):
                st.caption("Already finished; Run opens the result.")


def is_finished(run: str) -> bool:
    """Whether a run has a result, here or among the shipped ones."""
    return run in data_access.finished()


with page("Forget", "Choose what a trained classifier should forget, press Run, and watch it happen."):
    with st.container(), boundary():
        run_form.prepare()  # a URL that is refused leaves the defaults
    form, stage = st.columns([2, 3], gap="large")
    planned = None
    with form:
        info = choose_data()
        if info is not None:
            request.builder(info)
            if after := run_form.get("after"):
                earlier = plain(";".join(request.title for request in after))
                st.caption(f"One step of a sequence, after {earlier}, by the same method.")
                st.button("Drop the earlier requests", icon=":material/undo:",
                          on_click=callback(run_form.put, "after", ()))  # fmt: skip
            planned = method_and_models()
        offer_other_data()
        with st.popover("Start from an example", icon=":material/lightbulb:", width="stretch"):
            for number, entry in enumerate(examples()):
                st.button(entry.title, key=f"example.{number}", on_click=callback(example, number), help=entry.lesson,
                          width="stretch")  # fmt: skip
    if planned is not None:
        run_bar(planned)
    run = selected("run")
    with stage:
        if run:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.subheader("The run", anchor="the-run", width="content")
                live.title(run)
            shown = open_run(data_access.store(), run).spec
            say_differences(planned and planned.spec, shown)
            sweep.progress(shown, redraw=False)
            live.show_run(run, alone=False)
        if planned is not None and not (run and is_finished(run)):
            st.subheader("Images to forget", anchor=False)
            images(planned, load_dataset(planned.spec.model.data))
        if planned is not None:
            offer_duplicates(planned)
