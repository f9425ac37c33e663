"""What can be done with one run: change it, run it with another seed, name and star it, take it away, delete it."""

import streamlit as st

from core import RunSpec
from core.access import is_read_only
from core.specs import to_query
from core.specs.sweep import with_next_model_seed, with_next_unlearning_seed
from core.store import RunRow
from core.store.index import MAX_NAME, MAX_NOTE
from pages.ui.forget import live
from pages.ui.runs import export
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback, plain
from pages.ui.shell.links import PAGES, link
from pages.ui.shell.url_state import select, selected


def say_not_here(run: str) -> None:
    """Why a run that the URL asks for is not shown."""
    if run in data_access.finished():  # which is of the gallery, since it is not in the store
        st.info("This run is a shipped example; it is not in this store's table.", icon=":material/info:")
        link("Overview", "Show it on the overview", {"run": run})
    else:
        st.warning(f"Run {plain(run)} is not here. Choose one from the table above.", icon=":material/info:")


def way_back(row: RunRow) -> None:
    """To the page that asked for this run."""
    if (name := selected("back")) in PAGES:
        link(name, f"Back to {name} with this run", {"run": row.id}, disabled=row.state != "done",
             help="Opens when the run is finished.")  # fmt: skip


def actions(row: RunRow) -> None:
    """A row of buttons, and below it the run's name and note."""
    spec = data_access.spec_of(row)
    if is_read_only():
        link("Forget", "Clone", to_query(spec), icon=":material/edit:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Unstar" if row.starred else "Star", icon=":material/star:"):
            _mark(row, starred=not row.starred)
        with st.popover("Name", icon=":material/label:"), st.form(f"mark.{row.id}", border=False):
            name = st.text_input("Name", row.name, max_chars=MAX_NAME)
            note = st.text_area("Note", row.note, max_chars=MAX_NOTE)
            if st.form_submit_button("Save", type="primary"):
                _mark(row, name=name.strip(), note=note.strip())
        link("Forget", "Clone", to_query(spec), icon=":material/edit:")
        with st.popover("Reseed", icon=":material/casino:"):
            have = {other.id for other in data_access.store().rows()}
            again = with_next_unlearning_seed(spec, have)
            _queue(
                again,
                f"unlearning seed {again.unlearn_seed}",
                "New random draws for the method; all models are reused.",
            )
            if spec.model.weights is None:  # weights that were added have no seed
                again = with_next_model_seed(spec, have)
                _queue(again, f"model seed {again.model.seed}", "Trains another original; golds are reused.")
        if row.state == "done":
            export.popover(data_access.store().run(row.id), "actions")
        st.button("Delete", icon=":material/delete:", on_click=callback(_delete, row.id),
                  disabled=row.state in live.ACTIVE,
                  help="Deletes this run. Trained models are kept: other runs may use them.")  # fmt: skip
    if row.note:
        st.text(row.note)


def _queue(spec: RunSpec, label: str, about: str) -> None:
    if st.button(label.capitalize(), help=about, width="stretch", icon=":material/replay:"):
        select("run", data_access.queue(spec))
        st.rerun()


def _mark(row: RunRow, *, name: str | None = None, note: str | None = None, starred: bool | None = None) -> None:
    data_access.store().index.mark(
        row.id,
        name=row.name if name is None else name,
        note=row.note if note is None else note,
        starred=row.starred if starred is None else starred,
    )
    st.rerun()


def _delete(run: str) -> None:
    """Removes a run and leaves its models."""
    data_access.store().delete(run)
    select("run", None)
