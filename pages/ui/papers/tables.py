"""The papers' tables: their numbers beside those of our finished runs."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from core.bench import paper_mu_mis, paper_tmu
from core.bench.paper import Column, Setting, settings_table
from core.bench.runs import Runs
from core.specs import to_query
from pages.ui.shell import data_access
from pages.ui.shell.figure import table
from pages.ui.shell.links import link

Tables = dict[str, tuple[Callable[[], Sequence[Setting]], Mapping[str, Column], str]]

MU_MIS: Tables = {  # title -> settings, columns, what it shows
    "Tables 1, 2, A9, A10: whole classes and sub-classes": (
        lambda: paper_mu_mis.by_class(None), paper_mu_mis.COLUMNS,
        "Accuracies on test images, in percent. The average gap to retraining is what counts.",
    ),
    "Table A7: a random tenth": (
        lambda: paper_mu_mis.at_random(None), paper_mu_mis.AT_RANDOM,
        "Images of every class at once: the weakness that the paper itself reports.",
    ),
}  # fmt: skip
TMU: Tables = {
    "Tables 1 and 3: CIFAR-10, 100 images of a class": (
        lambda: paper_tmu.table_1(None), paper_tmu.COLUMNS,
        "T and F: accuracy on test images and forget set; D: distance of F from gold's; AD: activation distance.",
    ),
    "Table 2: CIFAR-100, 100 images of a class": (
        lambda: paper_tmu.table_2(None), paper_tmu.COLUMNS, "As above. The paper's network can't come from the recipe "
        "that it states, so compare D, not T.",
    ),
}  # fmt: skip


def show(tables: Tables) -> None:
    """Every table in a box of its own; a row that was not run here says so."""
    for title, (settings, columns, about) in tables.items():
        with st.expander(title, key=f"papers.{title}", on_change="rerun") as box:
            if not box.open:
                continue
            st.markdown(about)
            table(rows(settings(), columns), f"papers.{title}")
            first = settings()[0].spec
            with st.container(horizontal=True):
                link("Forget", f"Run the first request here: {first.forget.title} of {first.model.data.info.title}",
                     to_query(first), icon=":material/play_arrow:")  # fmt: skip


def rows(settings: Sequence[Setting], columns: Mapping[str, Column]) -> pd.DataFrame:
    """Setting, method, source (paper or ours) and the columns, as text."""
    runs = Runs(data_access.store(), finished_only=True)
    found = settings_table(runs, "", settings, columns)
    return pd.DataFrame(list(found.rows), columns=[name or "source" for name in found.head]).astype(str)
