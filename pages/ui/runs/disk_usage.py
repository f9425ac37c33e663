"""What the store takes up, and the button that removes models which no run needs."""

import streamlit as st

from core.access import is_read_only
from core.store import prune, sizes, unused
from pages.ui.shell import data_access


def section() -> None:
    """Looked up only when it is opened: a large store has many files."""
    with st.expander("Space on disk", icon=":material/hard_drive:", key="store", on_change="rerun") as box:
        if not box.open:
            return
        store = data_access.store()
        found = sizes(store)
        st.markdown(f"The store takes **{megabytes(sum(found.values()))}**: "
                    + ", ".join(f"{what} {megabytes(size)}" for what, size in found.items()) + ".")  # fmt: skip
        if is_read_only():
            return
        free = unused(store)
        if not free.models and not free.leftovers:
            st.caption("Every model is needed by a run. Models of deleted runs can be removed here.")
            return
        left = f" and {len(free.leftovers)} unfinished files" if free.leftovers else ""
        st.markdown(f"No run needs **{len(free.models)} of its models**{left} ({megabytes(free.size)}). After "
                    "removal, a new run that needs one trains it again.")  # fmt: skip
        if st.button(f"Remove {len(free.models)} models", icon=":material/mop:"):
            removed = prune(store)
            st.toast(f"{len(removed.models)} models removed, {megabytes(removed.size)} freed.")
            st.rerun()
        st.caption("Unfinished runs and runs with shadow models keep every model of their data, "
                   "architecture and recipe.")  # fmt: skip


def megabytes(size: int) -> str:
    """Bytes on screen."""
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.2f} GB"
