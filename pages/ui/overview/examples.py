"""The pictures of the overview: a few forget images with the prediction of each model."""

import streamlit as st

from core.figures import png_url
from core.roles import gold_roles
from core.store import RunFolder
from pages.ui.shell import data_access
from pages.ui.shell.download import offer_missing
from pages.ui.shell.errors import callback, plain
from pages.ui.shell.links import link
from pages.ui.shell.url_state import select, selected

FACES = 8
SIDE = 80  # pixels


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


def faces(run: RunFolder) -> None:
    """Forget images with the predictions of the original, the unlearned model and the first gold."""
    offer_missing(run.spec.model.data.name)
    samples = data_access.samples(run)
    forget = samples[samples["split"] == "forget"]
    ids = forget["index"].drop_duplicates().sort_values().iloc[:FACES].tolist()
    names = run.spec.model.data.info.classes
    taken = forget.pivot(index="index", columns="role", values="prediction")
    gold = next(iter(gold_roles(taken)), None)
    with st.container(horizontal=True):
        for number, image in zip(ids, data_access.images(run.spec, ids), strict=True):
            before, after = (names[taken.loc[number, role]] for role in ("original", "unlearned"))
            with st.container(width=SIDE, gap=None):
                st.image(png_url(image, SIDE), alt=f"Training image {number}, {before}", width=SIDE)
                st.button(f"{plain(before)} → **{plain(after)}**", key=f"face.{run.run}.{number}", type="tertiary",
                          on_click=callback(_select, run.run, number), help="Selects this image.")  # fmt: skip
                if gold:
                    st.caption(f"gold: {plain(names[taken.loc[number, gold]])}")
    st.caption("Some of the forget images: original's prediction → unlearned model's prediction; below: gold's.")


def _select(run: str, number: int) -> None:
    """A callback: the image, in the example that is shown."""
    select("run", run)
    select("img", str(number))
