"""Several methods and several values of a setting for one request: queued together, opened as one comparison."""

import streamlit as st

from core import METHODS, InvalidSpec, RunSpec
from core.figures import MAX_RUNS
from pages.ui.forget import run_form
from pages.ui.shell import data_access
from pages.ui.shell.errors import plain
from pages.ui.shell.links import go

METHODS_KEY, SETTING_KEY, VALUES_KEY = "several.methods", "several.setting", "several.values"


def several(spec: RunSpec) -> None:
    """The widgets, and a button that runs what they describe."""
    kind = type(spec.method)
    with st.expander("Compare methods or values of a setting", icon=":material/stacked_line_chart:"):
        others = [name for name in METHODS if name != spec.method.name]
        st.multiselect("Other methods", others, key=METHODS_KEY, format_func=lambda name: METHODS[name].title,
                       placeholder="None")  # fmt: skip
        numbers = [name for name in run_form.settings(kind) if kind.model_fields[name].annotation in (int, float)]
        setting = st.selectbox("Setting", numbers, None, key=SETTING_KEY, placeholder="None",
                               format_func=lambda name: name.replace("_", " "))  # fmt: skip
        values = st.text_input("Its values", key=VALUES_KEY, placeholder="0.001, 0.003", disabled=setting is None)
        try:
            runs = runs_to_compare(spec, st.session_state[METHODS_KEY], setting, values)
        except InvalidSpec as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        if len(runs) < 2:
            st.caption("Choose another method, or a setting and its values.")
        elif st.button(f"Run {len(runs)} and compare", key="several.run", icon=":material/playlist_play:",
                       width="stretch"):  # fmt: skip
            here = data_access.finished()
            if missing := [run for run in runs if run.id not in here]:
                data_access.queue(*missing)
            go("Runs", {"vs": ",".join(run.id for run in runs)})


def runs_to_compare(spec: RunSpec, methods: list[str], setting: str | None, values: str) -> list[RunSpec]:
    """The form's run at every value of the setting (as it is, without values), then the other methods.

    Raises:
        InvalidSpec: a value is no number or not allowed, or there are too many runs.
    """
    own = [spec]
    if setting is not None and values.strip():
        own = [spec.replace(method=spec.method.replace(**{setting: text.strip()})) for text in values.split(",")]
    runs = list(dict.fromkeys([*own, *(spec.replace(method=METHODS[name]()) for name in methods)]))
    if len(runs) > MAX_RUNS:
        raise InvalidSpec(f"{len(runs)} runs are too many for one comparison; at most {MAX_RUNS} are allowed")
    return runs
