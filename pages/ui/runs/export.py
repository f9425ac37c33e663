"""A finished run to take along: everything, its report, its notebook, its weights, or one of its tables."""

from functools import partial

import streamlit as st

from core import export
from core.store import RunFolder
from pages.ui.shell.figure import files


def popover(run: RunFolder, place: str) -> None:
    """Its contents are drawn when it is opened, and every file is made when it is asked for.

    Args:
        place: where on the page, for the keys.
    """
    key = f"take.{place}.{run.run}"
    with st.popover("Export", icon=":material/download:", key=key, on_change="rerun") as box:
        if not box.open:
            return
        for label, name, make, about in (
            ("Everything (zip)", f"{run.run}.zip", export.zipped, "All files below, all tables and the spec."),
            ("Report (HTML)", f"{run.run}.html", export.report, "Numbers and figures in one file; works offline."),
            (
                "Notebook",
                f"{run.run}.ipynb",
                export.notebook,
                "Loads the exported run with core and continues from there.",
            ),
            ("Weights and model card", f"{run.run}-weights.zip", export.weights_zip, "Safetensors and Markdown."),
        ):
            st.download_button(label, partial(make, run), name, key=f"{key}.{name}", help=about, width="stretch",
                               icon=":material/download:", on_click="ignore")  # fmt: skip
        chosen = st.selectbox("One of its tables", run.tables, key=f"{key}.table",
                              index=run.tables.index("samples"))  # fmt: skip
        frame = run.samples() if chosen == "samples" else run.table(chosen)
        files(frame, f"{key}.{chosen}", f"{run.run}-{chosen}")
