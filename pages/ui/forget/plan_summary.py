"""A plan on the screen: the forget set, which models must be trained, and about how long the run will take."""

import numpy as np
import streamlit as st

from core.datasets import Dataset
from core.figures import class_counts, contact_sheet, png_url, role_name
from core.planning.plan import Plan
from pages.ui.forget import run_form
from pages.ui.forget.request import finest
from pages.ui.forget.size import offer_reduced
from pages.ui.shell.errors import callback, plain
from pages.ui.shell.figure import show

SHOWN, COLUMNS = 24, 12
SIDE = 44  # pixels of an image, where there are few
LONG = 1800.0  # seconds, from which on a smaller training is offered


def costs(planned: Plan) -> None:
    """How much is forgotten, which models must be trained, how long the run takes."""
    total = sum(count for _, count in planned.per_class.values())
    size = len(planned.forget)
    known = all(planned.seconds[role] is not None for role in planned.models)
    left, right = st.columns(2)
    left.metric("Images to forget", f"{size:,}", f"{size / total:.1%} of all", delta_color="off", delta_arrow="off")
    right.metric(
        "Time", duration(planned.known_seconds) if known else "?", _source(planned) if known else "first run",
        delta_color="off", delta_arrow="off",
        help="Estimated from earlier runs of this kind, here or in the gallery. Rough: scaled from other networks. "
        "Training only: excludes unlearning and measuring, whose time is known after a first run.",
    )  # fmt: skip
    names = ", ".join(role_name(role).lower() for role in planned.to_train)
    st.caption(f"{len(planned.to_train)} models to train: {names}." if names else "0 models to train: all are here.")
    if known and planned.known_seconds > LONG:
        offer_reduced()
    for sentence in planned.warnings:
        st.warning(plain(sentence), icon=":material/info:")


def _source(planned: Plan) -> str:
    alone = ", training only" if planned.seconds["measure"] is None else ""
    return f"rough{alone}" if planned.rough else f"by earlier runs{alone}"


def images(planned: Plan, dataset: Dataset) -> None:
    """Some of the images to forget, how many of each class, and the name of the set."""
    removed = planned.forget.ids
    few = dataset.train.with_ids(removed[:SHOWN])
    columns = min(len(few), COLUMNS)
    sheet = contact_sheet(few.images, columns)
    st.image(png_url(sheet, 8 * max(sheet.shape[1:])), alt="Images to forget",
             width="stretch" if columns == COLUMNS else SIDE * columns)  # fmt: skip
    more = f"The first {SHOWN} of {len(removed):,}. " if len(removed) > SHOWN else ""
    st.caption(f"{more}Forget-set ID: {planned.forget.sha256[:16]} (depends only on the images).")
    with st.expander("How many of each class", icon=":material/bar_chart:"):
        forgotten = np.isin(dataset.train.index, planned.forget.ids)
        show(class_counts(finest(dataset.train), forgotten, dataset.info.labels), "counts")


def notes(planned: Plan) -> None:
    """Where the method departs from its paper."""
    if planned.notes:
        with st.expander(f"{len(planned.notes)} departures from the paper and guesses", icon=":material/gavel:"):
            for sentence in planned.notes:
                st.markdown(f"- {plain(sentence)}")


def duration(seconds: float) -> str:
    """Estimated seconds in words."""
    if seconds < 90:
        return f"~{max(seconds, 1):.0f} s"
    if seconds < 5400:
        return f"~{seconds / 60:.0f} min"
    return f"~{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"~{seconds / 86400:.1f} d"


def offer_duplicates(planned: Plan) -> None:
    """Offers to forget the near-duplicates that would stay, of which the plan warns."""
    if kept := planned.near_duplicates:
        st.button(
            "Forget the near-duplicates too", key="alike.add", icon=":material/content_copy:",
            on_click=callback(_forget_too, kept),
        )  # fmt: skip


def _forget_too(ids: tuple[int, ...]) -> None:
    run_form.put("text", f"{run_form.get('text')}+index={','.join(map(str, ids))}")
    run_form.show_request()
