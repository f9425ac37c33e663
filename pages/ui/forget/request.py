"""What to forget: classes, sub-classes, a random share, single images, and unions of these, as one line of text."""

import numpy as np
import pandas as pd
import streamlit as st

from core import load_dataset
from core.datasets import Split
from core.figures import gallery, selected_ids
from core.specs import DataInfo, DataSpec
from pages.ui.forget import run_form
from pages.ui.forget.id_upload import offer_ids
from pages.ui.shell.errors import callback
from pages.ui.shell.url_state import select

PER_PAGE = 48
COLUMNS = 8


def builder(info: DataInfo) -> None:
    """Widgets that write the request's text, and the text itself, which can be edited."""
    names = ["Classes", "Single images", "Random share"]
    if info.subclasses:
        names.insert(1, "Sub-classes")
    tabs = dict(zip(names, st.tabs(names), strict=True))
    with tabs["Classes"]:
        _groups("classes", "class_share", info.classes)
    if info.subclasses:
        with tabs["Sub-classes"]:
            _groups("subclasses", "subclass_share", info.subclasses)
    with tabs["Single images"]:
        _images(info)
    with tabs["Random share"]:
        st.slider(
            "Share of all training images", 0, 100, format="%d%%", key=f"{run_form.PREFIX}random_share",
            on_change=callback(run_form.write_request),
        )  # fmt: skip
    st.text_input(
        "Request", key=f"{run_form.PREFIX}text", on_change=callback(run_form.show_request),
        help="Parts joined by +: class=3, class=ship,truck, class=3:30%, class=3:100, class=all:30%, subclass=rocket, "
        "random=10%, index=5,17,90.",
    )  # fmt: skip
    if "%" in run_form.get("text") or "random" in run_form.get("text") or ":" in run_form.get("text"):
        st.button("Draw other images", icon=":material/casino:", on_click=callback(_redraw),
                  help="A share picks its images at random; this picks others.")  # fmt: skip


def _redraw() -> None:
    run_form.put("draw", run_form.get("draw") + 1)


def _groups(key: str, share: str, names: tuple[str, ...]) -> None:
    st.pills(
        "Forget", names, selection_mode="multi", key=f"{run_form.PREFIX}{key}",
        on_change=callback(run_form.write_request), label_visibility="collapsed",
    )  # fmt: skip
    st.slider(
        "Share of each",
        1,
        100,
        format="%d%%",
        key=f"{run_form.PREFIX}{share}",
        on_change=callback(run_form.write_request),
    )


def _images(info: DataInfo) -> None:
    """A gallery of training images, a page at a time; what is clicked or boxed is picked or put back."""
    only = st.pills("Show", info.labels, key=f"{run_form.PREFIX}shown_class", help="Only images of this class.")
    by = st.segmented_control(
        "Pick by", ("click", "box"), default="click", key=f"{run_form.PREFIX}pick_by", required=True
    )
    pictures = st.container()
    train = load_dataset(DataSpec(name=run_form.get("dataset"), pool=run_form.get("pool"))).train
    labels = finest(train)
    where = np.flatnonzero(labels == info.labels.index(only)) if only else np.arange(len(train))
    number = st.pagination(-(-len(where) // PER_PAGE), key=f"{run_form.PREFIX}page.{only}")
    part = train.take(where[(number - 1) * PER_PAGE : number * PER_PAGE])
    picked: list[int] = run_form.get("picked")
    shown = gallery(part.images, about(part, info), selected=set(picked), columns=COLUMNS)
    if by == "box":
        shown.figure.update_layout(dragmode="select")  # which takes clicks away
    event = pictures.plotly_chart(
        shown.figure, key=f"gallery.{st.session_state.get('gallery_turn', 0)}", on_select="rerun", alt=shown.alt,
        config={"displayModeBar": False},
    )  # fmt: skip
    if new := selected_ids(event["selection"]):
        _toggle(new)
        select("img", str(new[0]))
        st.rerun()
    how = "Click an image" if by == "click" else "Drag a box over images"
    st.caption(f"{len(picked)} picked. {how} to pick or to put back.")
    if picked:
        st.button("Put all back", on_click=callback(_put_back), icon=":material/undo:")
    offer_ids()


def _toggle(ids: list[int]) -> None:
    picked = set(run_form.get("picked"))
    run_form.put("picked", sorted(picked - set(ids) if picked.issuperset(ids) else picked | set(ids)))
    st.session_state["gallery_turn"] = st.session_state.get("gallery_turn", 0) + 1  # a new figure: nothing selected
    run_form.write_request()


def _put_back() -> None:
    run_form.put("picked", [])
    run_form.write_request()


def finest(split: Split) -> np.ndarray:
    """The finest label of every image."""
    return split.labels if split.subclass is None else split.subclass


def about(split: Split, info: DataInfo) -> pd.DataFrame:
    """What a gallery tells of every image on hovering."""
    return pd.DataFrame({"index": split.index, "class": [info.labels[label] for label in finest(split)]})
