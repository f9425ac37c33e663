"""The figures and tables of both papers, with finished runs of ours beside them."""

import streamlit as st

from core.lessons import Exhibit, paper_figures
from pages.ui.learn import figures
from pages.ui.papers import tables
from pages.ui.shell import data_access
from pages.ui.shell.links import link
from pages.ui.shell.page import page

LEAD = "What the two papers show, figure by figure, and what comes out here. What was not run says so."
PAPERS = {  # tab -> file of its figures, its tables, its address
    "MU-Mis": ("mu-mis", tables.MU_MIS, "https://arxiv.org/abs/2402.15109"),
    "TMU": ("tmu", tables.TMU, "https://arxiv.org/abs/2408.11433"),
}


def figure(exhibit: Exhibit) -> None:
    """One figure of a paper, as our runs have it."""
    st.subheader(exhibit.title, anchor=False)
    st.markdown(exhibit.idea)
    runs = [run for spec in exhibit.specs if (run := data_access.run_of(spec)) is not None]
    if not exhibit.runs or len(runs) < len(exhibit.runs):
        st.info("Not run here." if not exhibit.runs else "These runs are not in this copy.", icon=":material/info:")
    else:
        figures.draw(exhibit, exhibit.figure, runs)
    with st.container(horizontal=True):
        for one in exhibit.links:
            query = one.query or ({"run": runs[0].run} if runs else {})
            link(one.page, one.label, query, icon=":material/play_arrow:")


with page("Papers", LEAD):
    chosen = st.segmented_control("Paper", PAPERS, default="MU-Mis", required=True, key="paper", bind="query-params",
                                  label_visibility="collapsed")  # fmt: skip
    file, its_tables, address = PAPERS[chosen]
    st.markdown(f"[{address.removeprefix('https://')}]({address})")
    shown = {exhibit.name: exhibit for exhibit in paper_figures()[file]}
    part = st.pills(
        "Figure", [*shown, "tables"], default=next(iter(shown)), required=True, key=f"part.{file}",
        bind="query-params", label_visibility="collapsed",
        format_func=lambda name: shown[name].title.partition(":")[0] if name in shown else "Tables",
    )  # fmt: skip
    if part in shown:
        figure(shown[part])
    else:
        st.caption("The papers used a ResNet-18 trained for 200 epochs on a GPU. `python -m core bench paper mu-mis` "
                   "and `... paper tmu` run them; finished runs appear here.")  # fmt: skip
        tables.show(its_tables)
