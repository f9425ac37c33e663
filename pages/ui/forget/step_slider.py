"""A finished run's steps: the forget images at each of them, and a step kept as a result of its own."""

import streamlit as st

from core import METHODS
from core.analysis.slices import outcomes_at_steps
from core.figures import StepImages, shown_ids
from core.figures.forget.tracked_images import TILES
from core.specs import to_query
from core.store import RunFolder
from pages.ui.forget.settings import whole_number
from pages.ui.shell import data_access
from pages.ui.shell.links import link


def followed(run: RunFolder, count: int = TILES) -> StepImages | None:
    """The forget images that were followed, at most so many of them; None for runs made before they were."""
    if "forget_steps" not in run.tables:
        st.caption("This run did not store the predictions after each step. Run it again to see them.")
        return None
    steps = outcomes_at_steps(run.table("forget_steps"), data_access.every_image(run))
    ids = shown_ids(steps, count)
    return StepImages(steps, ids, data_access.images(run.spec, ids), run.spec.model.data.info.classes)


def stop_here(run: RunFolder, last: int) -> None:
    """A step is chosen, and the same run with no more steps opens in the form."""
    method = run.spec.method
    if method.stopped_at(1) is None:
        st.caption(
            f"{METHODS[method.name].title} with these settings cannot stop at a chosen step: no setting ends it there "
            "without changing the steps before."
        )
        return
    st.session_state.setdefault(f"scrub.{run.run}", last)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=180):
            whole_number("Stop at step", type(method).model_fields["max_steps"], f"scrub.{run.run}",
                         "Opens the same run in the form with this number of steps as its limit.")  # fmt: skip
        step = st.session_state[f"scrub.{run.run}"]
        stopped = method.stopped_at(min(step, last))
        link(
            "Forget",
            f"Rerun, stopping at step {min(step, last)}",
            to_query(run.spec.replace(method=stopped)),
            icon=":material/content_cut:",
        )
