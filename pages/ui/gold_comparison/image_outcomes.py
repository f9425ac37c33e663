"""What became of single images: where the forget images go, and which others were changed with them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core import load_dataset
from core.analysis.collateral import collateral, nearest_forget
from core.datasets import is_prepared
from core.figures import SPLIT_NAMES, flips, flow, png_url
from core.specs import DataSpec
from core.store import RunFolder
from pages.ui.shell import data_access
from pages.ui.shell.errors import callback, plain
from pages.ui.shell.figure import folded_table, show
from pages.ui.shell.url_state import select

SHOWN = 12
SIDE = 72  # pixels


def forget_images(run: RunFolder) -> None:
    """Where the forget images go."""
    show(flow(data_access.samples(run), run.spec.model.data.info.classes), "flow")


def other_images(run: RunFolder) -> None:
    """The flipped predictions among retained and test images, by nearness to the forget set."""
    if not is_prepared(run.spec.model.data.name):
        st.caption("Sorting by distance to the forget set needs the images, which are not on this machine.")
        return
    samples = data_access.samples(run)
    removed = samples.loc[(samples["split"] == "forget") & (samples["role"] == "original"), "index"]
    others = collateral(samples, _nearest(run.spec.model.data, removed.to_numpy()))
    show(flips(others), "flips")
    flipped = others[others["flipped"]]
    st.markdown(
        f"**{len(flipped)} of {len(others)}** retained and test images have a different prediction than before."
    )
    if flipped.empty:
        return
    names = run.spec.model.data.info.classes
    first = flipped.head(SHOWN)
    with st.container(horizontal=True):
        for row, image in zip(first.itertuples(), data_access.images(run.spec, first["index"]), strict=True):
            with st.container(width=SIDE + 8, gap=None):
                st.image(png_url(image, SIDE), alt=f"{row.split} image {row.index}, {names[row.label]}", width=SIDE)
                before, after = plain(names[row.original]), plain(names[row.unlearned])
                st.button(
                    f"{before} → **{after}**", key=f"flipped.{run.run}.{row.index}",
                    on_click=callback(select, "img", str(row.index)), type="tertiary", help="Selects this image.",
                )  # fmt: skip
                if not pd.isna(row.gold):
                    st.caption(f"gold: {plain(names[int(row.gold)])}")
    more = f"The {SHOWN} nearest to the forget set. " if len(flipped) > SHOWN else "Nearest to the forget set first. "
    st.caption(f"{more}Original's prediction → unlearned model's prediction; gold: prediction of most golds.")
    folded_table("All flipped images", _named(flipped, names), f"flipped.{run.run}", ("gold_flipped",))


def _named(flipped: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    called = {name: flipped[name].map(dict(enumerate(names))) for name in ("label", "original", "unlearned", "gold")}
    return flipped.assign(split=flipped["split"].map(SPLIT_NAMES), **called).drop(columns="flipped")


@st.cache_data(max_entries=8, show_spinner="Measuring distances to the forget set")
def _nearest(data: DataSpec, removed: np.ndarray) -> pd.DataFrame:
    dataset = load_dataset(data)
    images = np.concatenate([dataset.train.images, dataset.test.images])
    index = np.concatenate([dataset.train.index, dataset.test.index])
    return nearest_forget(images, index, np.isin(index, removed))
