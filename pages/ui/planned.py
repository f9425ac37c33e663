"""A plan on the screen: the forget set, what is trained already, and about how long the rest will take."""

import streamlit as st

from core.datasets import Dataset
from core.experiment.plan import Plan
from core.figures import role_name
from pages.ui import request


def planned_view(planned: Plan, dataset: Dataset) -> None:
    """What will happen, before it happens."""
    size, total = len(planned.forget), len(dataset.train)
    cached = [role_name(role).lower() for role in planned.models if role in planned.cached]
    counts, marks, time = st.columns(3)
    counts.metric("To forget", f"{size:,} images", f"{size / total:.1%} of {total:,} training images",
                  delta_color="off", delta_arrow="off")  # fmt: skip
    marks.metric("Trained already", f"{len(cached)} of {len(planned.models)} models", ", ".join(cached) or "none yet",
                 delta_color="off", delta_arrow="off")  # fmt: skip
    unknown = [phase for phase, seconds in planned.seconds.items() if seconds is None]
    estimate = f"about {_duration(planned.known_seconds)}" if len(unknown) < len(planned.seconds) else "not known yet"
    time.metric(
        "Time", estimate, f"and {len(unknown)} phases not run here before" if unknown else "from earlier runs",
        delta_color="off", delta_arrow="off", help="From earlier runs of this kind, here or in the gallery.",
    )  # fmt: skip
    st.caption(
        f"Forget set {planned.forget.sha256[:16]}: the same images have the same name, however they are asked for."
    )
    for sentence in planned.warnings:
        st.warning(sentence, icon=":material/info:")
    with st.expander("The images to forget", icon=":material/image:", expanded=True):
        request.preview(dataset, planned.forget.ids, dataset.info)
    if planned.notes:
        with st.expander(f"{len(planned.notes)} departures from the paper and guesses", icon=":material/gavel:"):
            for sentence in planned.notes:
                st.markdown(f"- {sentence}")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
