"""The run below the form, where it is another one than the form describes: what differs, and how to have both alike."""

import streamlit as st

from core import RunSpec
from core.analysis.run_diff import spec_differences
from core.specs import short
from pages.ui.forget import run_form
from pages.ui.shell.errors import callback, plain

MAX_SHOWN = 4  # settings


def say_differences(form: RunSpec | None, run: RunSpec) -> None:
    """Nothing where they are the same.

    Args:
        form: None where the form describes no run.
    """
    if form == run:
        return
    st.info(f"The form describes {_what(form, run)}.", icon=":material/difference:")
    st.button("Fill the form with this run", icon=":material/arrow_back:", on_click=callback(run_form.fill, run))


def _what(form: RunSpec | None, run: RunSpec) -> str:
    if form is None:
        return "no valid run; this run is from earlier"
    differ = spec_differences({"form": form, "run": run})
    told = [
        f"{plain(row.setting)} is **{_shown(row.form)}** there and **{_shown(row.run)}** here"
        for row in differ.head(MAX_SHOWN).itertuples()
    ]
    more = f", and {len(differ) - MAX_SHOWN} more settings differ" if len(differ) > MAX_SHOWN else ""
    return f"another run: {', '.join(told)}{more}"


def _shown(value: str) -> str:
    return plain(short(value))
