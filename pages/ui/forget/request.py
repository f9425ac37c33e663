"""What to forget: classes, sub-classes, a random share, single images, and unions of these, as one line of text."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core import load_dataset
from core.datasets import Split
from core.specs import DataInfo, DataSpec, ForgetRequest
from pages.ui.forget import run_form
from pages.ui.forget.class_picker import pick_class, pick_classes
from pages.ui.forget.id_upload import offer_ids
from pages.ui.forget.picker import picker
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback, plain
from pages.ui.shell.url_state import select

PER_PAGE = 48


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
            "Share of all training images", 0, 100, format="%d%%", key=run_form.key("random_share"),
            on_change=callback(run_form.write_request, "random_share"),
        )  # fmt: skip
    st.toggle("Combine the choices of all tabs", key=run_form.key("join"),
              help="Off: a choice in one tab replaces the choices in the others.")  # fmt: skip
    st.text_input(
        "Request", key=run_form.key("text"), on_change=callback(run_form.show_request),
        help="Parts joined by +: class=3, class=ship,truck, class=3:30%, class=3:100, class=all:30%, subclass=rocket, "
        "random=10%, index=5,17,90.",
    )  # fmt: skip
    if "%" in run_form.get("text") or "random" in run_form.get("text") or ":" in run_form.get("text"):
        st.button("Draw other images", icon=":material/casino:", on_click=callback(_redraw),
                  help="A share picks its images at random; this draws a new sample.")  # fmt: skip


def _redraw() -> None:
    run_form.put("draw", run_form.get("draw") + 1)


def _groups(key: str, share: str, names: tuple[str, ...]) -> None:
    pick_classes("Forget", names, run_form.key(key), partial(run_form.write_request, key))
    st.slider("Share of each", 1, 100, format="%d%%", key=run_form.key(share),
              on_change=callback(run_form.write_request, key))  # fmt: skip


def _images(info: DataInfo) -> None:
    """Training images to pick from, a page at a time."""
    only = pick_class("Show", info.labels, run_form.key("shown_class"), "Only images of this class.")
    pictures = st.container()
    train = load_dataset(DataSpec(name=run_form.get("dataset"), pool=run_form.get("pool"))).train
    labels = finest(train)
    where = np.flatnonzero(labels == info.labels.index(only)) if only else np.arange(len(train))
    number = st.pagination(-(-len(where) // PER_PAGE), key=run_form.key(f"page.{only}"))
    part = train.take(where[(number - 1) * PER_PAGE : number * PER_PAGE])
    picked: list[int] = run_form.get("picked")
    with pictures:
        labels = [info.labels[label] for label in finest(part)]
        picker(part.images, part.index, labels, _predicted(part, info), picked, run_form.get("clicks", 0), "picker",
               _take_picks)  # fmt: skip
    st.caption(f"{len(picked)} picked{_beside(picked)}. Click, drag over several, or click with Shift for a range.")
    if picked:
        st.button("Unpick all", on_click=callback(_put_back), icon=":material/undo:")
    offer_ids()


def _predicted(part: Split, info: DataInfo) -> list[str]:
    """What the original of the form takes each image for, once it has been trained."""
    spec, models = run_form.last_spec(), data_access.store().models
    if spec is None or spec.model.data.name != run_form.get("dataset") or spec.model.key not in models:
        return [""] * len(part)
    taken = models.table(spec.model.key).set_index("index")["prediction"]
    names = info.classes
    return [names[taken[number]] if number in taken.index else "" for number in part.index]


def _beside(picked: list[int]) -> str:
    """What picked images are to the rest of the request."""
    parts = [text for kind, text in run_form.request_parts().items() if kind != "picked"]
    others = plain(ForgetRequest(text="+".join(parts)).title)
    if others and run_form.get("join"):
        return f", together with {others}"
    if others:
        return f"; picking images replaces {others}"
    return ": they are the request" if picked else ""


def _take_picks(told: dict[str, Any]) -> None:
    before = set(run_form.get("picked"))
    new = [int(number) for number in told["picked"] if number not in before]
    run_form.put("picked", sorted(map(int, told["picked"])))
    run_form.put("clicks", int(told["clicks"]))
    run_form.write_request("picked")
    if new:
        select("img", str(new[-1]))


def _put_back() -> None:
    run_form.put("picked", [])
    run_form.write_request("picked")


def finest(split: Split) -> np.ndarray:
    """The finest label of every image."""
    return split.labels if split.subclass is None else split.subclass
