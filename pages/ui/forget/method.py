"""How to forget: the method, its settings, the models, and what that costs."""

import streamlit as st

from core import METHODS, InvalidSpec, RunSpec, plan
from core.figures import SPLIT_NAMES
from core.planning.plan import Plan
from core.specs import ARCHITECTURES, ModelSpec
from pages.ui.forget import run_form, uploads
from pages.ui.forget.plan_summary import costs, notes
from pages.ui.forget.settings import settings_form, whole_number
from pages.ui.forget.several import several
from pages.ui.forget.size import SIZES, choose_size
from pages.ui.runs import sweep
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback, plain


def method_and_models() -> Plan | None:
    """The widgets, and what they would mean; None where the form describes no run."""
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
    several(spec)
    sweep.button(spec, "form")
    notes(planned)
    return planned
