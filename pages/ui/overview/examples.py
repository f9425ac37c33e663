"""The other examples as cards with a picture each, and what to say where the URL asks for something else."""

from collections.abc import Sequence

import streamlit as st

from core import load_dataset
from core.datasets import is_prepared
from core.examples import Example
from core.figures import contact_sheet, png_url
from core.specs import to_query
from core.store import RunFolder
from pages.ui.shell import data_access
from pages.ui.shell.download import download_size
from pages.ui.shell.errors import plain
from pages.ui.shell.links import link
from pages.ui.shell.url_state import selected

PICTURES, SIDE = 5, 300  # images on a card, pixels of their row
A_ROW = 3  # cards


def say_what_is_elsewhere(shown: str) -> None:
    """Where the URL asks for another run than the example that is shown, or for a comparison."""
    run, compared = selected("run"), selected("vs")
    if run not in (None, shown):
        if any(row.id == run for row in data_access.store().rows()):
            st.info("The overview shows shipped examples. Your own runs are on the Runs page.", icon=":material/info:")
            link("Runs", "Show the selected run", {"run": run})
        else:
            st.warning(f"Run {plain(run)} is not here; this is a shipped example.", icon=":material/info:")
    if compared:
        st.info("To compare runs, use the Runs page.", icon=":material/info:")
        link("Runs", "Compare them", {"vs": compared})


def cards(examples: Sequence[tuple[Example, RunFolder]]) -> None:
    """One card each; those whose images are not on this machine stand apart."""
    here = [one for one in examples if is_prepared(one[0].spec.model.data.name)]
    _rows(here)
    if away := [one for one in examples if one not in here]:
        sizes = sorted({download_size(entry.spec.model.data.name) for entry, _ in away})
        st.subheader(f"With a download ({', '.join(sizes)})", anchor=False)
        st.caption("Their results are here; their photographs are not on this machine. Each page offers the download.")
        _rows(away)


def _rows(examples: Sequence[tuple[Example, RunFolder]]) -> None:
    for start in range(0, len(examples), A_ROW):
        for column, (entry, run) in zip(st.columns(A_ROW), examples[start : start + A_ROW], strict=False):
            with column, st.container(border=True, height="stretch"):
                _card(entry, run)


def _card(entry: Example, run: RunFolder) -> None:
    data = entry.spec.model.data
    if is_prepared(data.name):
        samples = data_access.samples(run)
        ids = samples.loc[samples["split"] == "forget", "index"].drop_duplicates().iloc[:PICTURES]
        sheet = contact_sheet(load_dataset(data).images_of(ids.to_numpy()), columns=PICTURES)
        st.image(png_url(sheet, SIDE), alt=f"Images to forget: {entry.title}", width="stretch")
    st.markdown(f"**{entry.title}**")
    st.caption(entry.lesson)
    link("Forget", "Open", {"run": run.run} | to_query(entry.spec), icon=":material/arrow_forward:")
