"""Pick what to forget and how, see what that means, run it and watch it live."""

import streamlit as st

from core import METHODS, InvalidSpec, RunSpec, load_dataset, plan
from core.figures import SPLIT_NAMES
from core.gallery import examples
from core.jobs import ensure_supervisor
from core.specs import ARCHITECTURES, ModelSpec
from core.specs.requests import requests_text
from core.store import open_run
from pages.ui import draft, library, live, own_files, request, sweep
from pages.ui.alike import warn_of_duplicates
from pages.ui.boundary import boundary, plain
from pages.ui.data import choose_data
from pages.ui.links import select, selected
from pages.ui.page import page
from pages.ui.planned import costs, images, notes
from pages.ui.settings import settings_form, whole_number
from pages.ui.size import SIZES, choose_size

PREFIX = draft.PREFIX


def start(spec: RunSpec) -> None:
    """Queues a run and shows it below."""
    store = library.store()
    select("run", store.submit(spec))
    ensure_supervisor(store)


def example(number: int) -> None:
    """Fills the form with an example."""
    draft.fill(examples()[number].spec)
    select("run", None)


with page("Forget", "Choose what a trained classifier shall forget, press Run, and watch it happen."):
    with st.container(), boundary():
        draft.prepare()  # a URL that is refused leaves the defaults
    with st.container(horizontal=True):
        for number, entry in enumerate(examples()):
            st.button(entry.title, key=f"example.{number}", on_click=example, args=(number,), help=entry.lesson)

    what, how = st.columns([3, 2], gap="large")
    with what:
        st.subheader("What", anchor=False)
        info = choose_data()
        if info is None:
            st.stop()  # nothing below makes sense without images
        request.builder(info)
        if after := draft.get("after"):
            st.caption(f"A step of a sequence: after {plain(requests_text(after))}, by the same method.")
            st.button("Without the earlier requests", icon=":material/undo:", on_click=draft.put, args=("after", ()))
    with how:
        st.subheader("How", anchor=False)
        st.selectbox("Method", METHODS, format_func=lambda name: METHODS[name].title, key=f"{PREFIX}method")
        kind = METHODS[draft.get("method")]
        needs = ", ".join(SPLIT_NAMES[name].lower() for name in sorted(kind.needs)) or "nothing"
        st.markdown(f"{kind.about} Needs: {needs}. [Paper]({kind.paper})")
        with st.expander("Settings of the method", icon=":material/tune:"):
            settings_form(kind)
        with st.expander("Model, seeds and gold models", icon=":material/memory:"):
            st.selectbox("Architecture", ARCHITECTURES, key=f"{PREFIX}arch", on_change=draft.change_arch,
                         format_func=lambda name: f"{name}: {ARCHITECTURES[name]}")  # fmt: skip
            choose_size()
            own_files.choose_weights()
            left, right = st.columns(2)
            with left:
                whole_number("Seed", ModelSpec.model_fields["seed"], f"{PREFIX}seed", "Of the original model.")
            with right:
                whole_number("Unlearning seed", RunSpec.model_fields["unlearn_seed"], f"{PREFIX}unlearn_seed",
                             "Of the method's draws.")  # fmt: skip
            st.text_input("Gold models", key=f"{PREFIX}golds", help="How many, or their seeds: 3, or 4,7.")
            for name, value in draft.get("further").items():
                if name not in SIZES:
                    st.caption(f"Also: {name} = {value}")

        try:
            spec = draft.spec()
            planned = plan(spec, models=library.store().models, past=library.past(str(library.store().root)))
        except InvalidSpec as error:
            planned = None
            st.error(plain(str(error)), icon=":material/error:")
        else:
            draft.remember(spec)
            costs(planned)
            if any(row.id == spec.id and row.state == "done" for row in library.store().rows()):
                st.caption("This very run is finished: Run shows it.")
            st.button(
                "Run", type="primary", icon=":material/play_arrow:", on_click=start, args=(spec,), width="stretch"
            )
            sweep.button(spec, "form")
            if selected("run"):
                st.markdown(":material/arrow_downward: [The run is below](#the-run)")
    if planned is not None:
        with what:
            images(planned, load_dataset(spec.model.data))
        notes(planned)
        with what:
            warn_of_duplicates(planned)

    if run := selected("run"):
        st.divider()
        st.header("The run", anchor="the-run")
        sweep.progress(open_run(library.store(), run).spec, redraw=False)
        live.show_run(run)
