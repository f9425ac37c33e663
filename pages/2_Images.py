"""Every single image of a run: a map, a slice of it, and a gallery, in one linked view."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.slices import Images, ordered, slice_mask
from core.figures import SPLIT_NAMES, feature_maps, selected_ids, tiles
from core.store import RunFolder
from pages.ui.image.panel import images_panel
from pages.ui.images import slices
from pages.ui.shell import data_access
from pages.ui.shell.figure import show_selectable
from pages.ui.shell.page import page
from pages.ui.shell.url_state import image_number, select, selected

LEAD = (
    "Look at single images: where each model places them, which were forgotten as in gold, which were not, and which "
    "others were harmed. Filter them, see the numbers of the selection, and forget it next."
)
PER_PAGE = 48
ORDERS = {"by id": None, "hardest first": "hardness", "most changed first": "change"}
MAP, GALLERY = "images.map", "images.gallery"


def draw(key: str) -> None:
    """A callback: one selected image is opened; several, or none any more, become the lasso."""
    ids = selected_ids(st.session_state[key]["selection"])
    if len(ids) == 1:
        select("img", str(ids[0]))
    elif key == MAP:
        slices.pick(ids)


def opened(images: Images) -> int | None:
    """The image in the URL, if this run has it."""
    wanted = image_number(selected("img"))
    return wanted if (images.about["index"] == wanted).any() else None


def feature_map(run: RunFolder, images: Images, mask: np.ndarray, role: str) -> None:
    """The map; nothing but a sentence for runs made before there was one."""
    if "map" not in run.tables:
        st.caption("This run has no map. Run it again to get one.")
        return
    positions, about = run.table("map"), run.result["map"]
    classes = run.spec.model.data.info.classes
    show_selectable(
        feature_maps(positions, images, role, mask, about, classes, opened(images)), MAP, partial(draw, MAP)
    )


def gallery(run: RunFolder, images: Images, mask: np.ndarray, role: str) -> None:
    """The slice's images, a page at a time."""
    order = st.segmented_control("Order", ORDERS, default="by id", key="images.order", bind="query-params",
                                 required=True)  # fmt: skip
    positions = ordered(images, mask, ORDERS[order])
    number = st.pagination(max(1, -(-len(positions) // PER_PAGE)), key="images.page", bind="query-params")
    here = positions[(number - 1) * PER_PAGE : number * PER_PAGE]
    rows, classes = images.about.iloc[here], np.array(run.spec.model.data.info.classes, dtype=object)
    about = pd.DataFrame(
        {
            "index": rows["index"],
            "class": classes[rows["label"]],
            "predicted": classes[images.values["prediction"][role].iloc[here]],
            "outcome": rows["outcome"],
            "split": rows["split"].astype(str).replace(SPLIT_NAMES),
            "probability": images.values["probability"][role].iloc[here].round(3),
        }
    )
    shown = tiles(data_access.images(run.spec, rows["index"]), about, opened(images))
    show_selectable(shown, GALLERY, partial(draw, GALLERY))


with page("Images", LEAD):
    run = data_access.choose_run()
    if run is None:
        st.stop()
    images = data_access.every_image(run)
    part = slices.choose(images, run.spec.model.data.info)
    mask = slice_mask(images, part)
    slices.size(part, mask)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        feature_map(run, images, mask, part.role)
    with right:
        gallery(run, images, mask, part.role)
    if (number := opened(images)) is not None:
        images_panel(run, data_access.samples(run), [number])
    st.subheader("The selected images in numbers", anchor=False)
    slices.numbers(images, mask, part.role)
    st.subheader("Forget them", anchor=False)
    slices.requests(run.spec, images, mask)
