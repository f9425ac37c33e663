"""Pick what to forget and how, see what that means, run it and watch it live."""

import streamlit as st

from core import METHODS, InvalidSpec, RunSpec, load_dataset, plan
from core.access import is_read_only
from core.examples import examples
from core.figures import SPLIT_NAMES
from core.planning.plan import Plan
from core.specs import ARCHITECTURES, ModelSpec
from core.store import open_run
from pages.ui.forget import live, request, run_form, uploads
from pages.ui.forget.data import choose_data
from pages.ui.forget.other_run import say_differences
from pages.ui.forget.plan_summary import costs, images, notes, offer_duplicates
from pages.ui.forget.settings import settings_form, whole_number
from pages.ui.forget.size import SIZES, choose_size
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


def method_and_models() -> Plan | None:
    """How to forget, what that costs, and the buttons that start it; None where the form describes no run."""
    st.selectbox("Method", METHODS, format_func=lambda name: METHODS[name].title, key=run_form.key("method"))
    kind = METHODS[run_form.get("method")]
    needs = ", ".join(SPLIT_NAMES[name].lower() for name in sorted(kind.needs)) or "nothing"
    st.markdown(f"{kind.about} Needs: {needs}. [Paper]({kind.paper})")
    with st.expander("Settings of the method", icon=":material/tune:"):
        settings_form(kind)
    with st.expander("Model, seeds and gold models", icon=":material/memory:"):
        st.selectbox("Architecture", ARCHITECTURES, key=run_form.key("arch"),
                     on_change=callback(run_form.change_arch),
                     format_func=lambda name: f"{name}: {ARCHITECTURES[name]}")  # fmt: skip
        choose_size()
        uploads.choose_weights()
        left, right = st.columns(2)
        with left:
            whole_number("Seed", ModelSpec.model_fields["seed"], run_form.key("seed"), "Seed of the original model.")
        with right:
            whole_number("Unlearning seed", RunSpec.model_fields["unlearn_seed"], run_form.key("unlearn_seed"),
                         "Seed of the method's random draws.")  # fmt: skip
        st.text_input("Gold models", key=run_form.key("golds"), help="How many, or their seeds: 3, or 4,7.")
        for name, value in run_form.get("further").items():
            if name not in SIZES:
                st.caption(f"Also: {plain(name)} = {plain(str(value))}")

    store = data_access.store()
    try:
        spec = run_form.spec()
        planned = plan(spec, models=store.models, past=data_access.past(str(store.root)))
    except InvalidSpec as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    run_form.remember(spec)
    costs(planned)
    if any(row.id == spec.id and row.state == "done" for row in store.rows()):
        st.caption("Already finished; Run opens the result.")
    st.button("Run", type="primary", icon=":material/play_arrow:", on_click=callback(start, spec), width="stretch",
              disabled=is_read_only())  # fmt: skip
    sweep.button(spec, "form")
    if selected("run"):
        st.markdown(":material/arrow_downward: [The run is below](#the-run)")
    return planned


with page("Forget", "Choose what a trained classifier should forget, press Run, and watch it happen."):
    with st.container(), boundary():
        run_form.prepare()  # a URL that is refused leaves the defaults
    with st.container(horizontal=True):
        for number, entry in enumerate(examples()):
            st.button(entry.title, key=f"example.{number}", on_click=callback(example, number), help=entry.lesson)

    planned = None
    what, how = st.columns([3, 2], gap="large")
    with what:
        st.subheader("What", anchor=False)
        info = choose_data()
        if info is not None:
            request.builder(info)
            if after := run_form.get("after"):
                earlier = plain(";".join(request.title for request in after))
                st.caption(f"One step of a sequence, after {earlier}, by the same method.")
                st.button("Drop the earlier requests", icon=":material/undo:",
                          on_click=callback(run_form.put, "after", ()))  # fmt: skip
    if info is not None:
        with how:
            st.subheader("How", anchor=False)
            planned = method_and_models()
    if planned is not None:
        with what:
            images(planned, load_dataset(planned.spec.model.data))
        notes(planned)
        with what:
            offer_duplicates(planned)

    if run := selected("run"):
        st.divider()
        st.header("The run", anchor="the-run")
        shown = open_run(data_access.store(), run).spec
        say_differences(planned and planned.spec, shown)
        sweep.progress(shown, redraw=False)
        live.show_run(run)
