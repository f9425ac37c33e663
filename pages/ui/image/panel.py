"""Selected images: one with all its numbers, several as a row of pictures with their predictions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.figures import SPLIT_NAMES, in_role_order, png_url, role_name
from core.store import RunFolder
from pages.ui.shell import data_access
from pages.ui.shell.errors import plain
from pages.ui.shell.figure import columns, folded_table

MAX = 8
SIDE = 96  # pixels of one of several images
SHOWN = ("prediction", "probability", "margin", "target_norm", "irrelevant_norm", "jacobian_norm")


def images_panel(run: RunFolder, samples: pd.DataFrame, ids: Sequence[int]) -> None:
    """The first few selected images; all of them as a table to download."""
    if not ids:
        st.caption("Select points in the plot (click, box or lasso) to see their images here.")
        return
    info = run.spec.model.data.info
    if len(ids) > MAX:
        st.caption(f"{len(ids)} images are selected; these are the first {MAX}.")
    shown = list(zip(ids[:MAX], data_access.images(run.spec, ids[:MAX]), strict=True))
    if len(shown) == 1:
        _one(samples, *shown[0], info.classes)
    else:
        with st.container(horizontal=True):
            for number, image in shown:
                with st.container(width=SIDE, gap=None):
                    _small(samples, number, image, info.classes)
    folded_table("All selected, as numbers", samples[samples["index"].isin(list(ids))], f"selected.{run.run}")


def _of(samples: pd.DataFrame, number: int) -> pd.DataFrame:
    """The rows of one image, by role."""
    rows = samples[samples["index"] == number].set_index("role")
    return rows.loc[in_role_order(rows.index)]


def _one(samples: pd.DataFrame, number: int, image: np.ndarray, classes: Sequence[str]) -> None:
    rows = _of(samples, number)
    picture, numbers = st.columns([1, 5], vertical_alignment="center")
    label = classes[rows["label"].iloc[0]]
    picture.image(png_url(image, 160), alt=f"Image {number}, {label}")
    numbers.markdown(f"**Image {number}** · {plain(label)} · {SPLIT_NAMES[rows['split'].iloc[0]].lower()}")
    with numbers:
        in_every_model(rows, classes)


def _small(samples: pd.DataFrame, number: int, image: np.ndarray, classes: Sequence[str]) -> None:
    rows = _of(samples, number)
    label = classes[rows["label"].iloc[0]]
    before, after = (plain(classes[rows.loc[role, "prediction"]]) for role in ("original", "unlearned"))
    st.image(png_url(image, SIDE), alt=f"Image {number}, {label}", width=SIDE)
    st.caption(f"**{number}** · {plain(label)}  \n{before} → {after}")


def in_every_model(rows: pd.DataFrame, classes: Sequence[str]) -> None:
    """What every model makes of one image.

    Args:
        rows: of one image, by role.
    """
    shown = rows[list(SHOWN)].assign(prediction=[classes[p] for p in rows["prediction"]])
    st.dataframe(
        shown.rename(index=role_name).rename_axis("model"),
        column_config=columns(shown, ("probability",)),
    )
