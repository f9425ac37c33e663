"""More like this: the training images nearest to one, and a request to forget them."""

import numpy as np
import pandas as pd
import streamlit as st

from core import load_dataset
from core.analysis.near_duplicates import NEAR_DUPLICATE, nearest_images
from core.figures import selected_ids, thumbnail_grid
from core.specs import DataSpec, ForgetRequest, to_query
from core.store import RunFolder
from pages.ui.image.selected_image import Picked
from pages.ui.shell.figure import CONFIG
from pages.ui.shell.links import link
from pages.ui.shell.url_state import select

MAX, COLUMNS = 24, 8
FIRST = 8  # shown at first


def more_like(run: RunFolder, image: Picked, where: str) -> None:
    """The nearest training images, and a link that asks to forget them."""
    data = run.spec.model.data
    near = _nearest(data, image.name, image.pixels)
    count = st.slider("How many", 1, len(near), min(FIRST, len(near)), key=f"{where}.alike.count.{image.name}")
    shown = near.head(count)
    dataset = load_dataset(data)
    about = shown[["index"]].assign(
        **{"class": shown["label"].map(dict(enumerate(data.info.classes))), "distance": shown["distance"].round(3)}
    )
    grid = thumbnail_grid(dataset.images_of(shown["index"].to_numpy()), about, columns=COLUMNS)
    event = st.plotly_chart(
        grid.figure, key=f"{where}.alike.{image.name}", config=CONFIG | {"displayModeBar": False}, on_select="rerun",
        selection_mode="points", alt=f"The {count} training images nearest to {image.title.lower()}",
    )  # fmt: skip
    if clicked := selected_ids(event["selection"]):
        select("img", str(clicked[0]))
        st.rerun()
    close = int((near["distance"] <= NEAR_DUPLICATE).sum())
    which = "is a near-duplicate" if close == 1 else "are near-duplicates"
    st.caption(
        "The nearest training images by the root mean square difference of their pixels (0 to 1); click one to "
        f"select it. The nearest is {near['distance'].iloc[0]:.3f} away. {close or 'None'} of them {which}, at most "
        f"{NEAR_DUPLICATE} away."
    )
    own = [int(image.name)] if image.label is not None and _is_training(data, int(image.name)) else []
    ids = own + shown["index"].tolist()
    wanted = run.spec.replace(forget=ForgetRequest(text=f"index={','.join(map(str, ids))}"), after=())
    link("Forget", f"Forget {'this one and ' if own else ''}these {count}", to_query(wanted))


def _is_training(data: DataSpec, number: int) -> bool:
    return bool((load_dataset(data).train.index == number).any())


@st.cache_data(max_entries=64, show_spinner="Looking for images like this")
def _nearest(data: DataSpec, name: str, pixels: np.ndarray) -> pd.DataFrame:
    """index, label, distance of the nearest other training images."""
    train = load_dataset(data).train
    place, distance = nearest_images(train.images, pixels, MAX + 1)
    table = pd.DataFrame({"index": train.index[place], "label": train.labels[place], "distance": distance})
    return table[table["index"].astype(str) != name].head(MAX)
