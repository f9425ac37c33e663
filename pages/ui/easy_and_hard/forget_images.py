"""The Easy and hard page's images: all of them as points and as pictures, and one of them in every detail."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.figures import against_others, features, in_role_order, outcomes, png_url
from core.store import RunFolder
from pages.ui.image.panel import in_every_model
from pages.ui.image.selection import take_image
from pages.ui.shell import data_access
from pages.ui.shell.errors import plain
from pages.ui.shell.figure import show, show_selectable
from pages.ui.shell.url_state import image_number, selected

AXES = {"NF, CF": ("nf", "cf"), "NF, AF": ("nf", "af"), "AF, CF": ("af", "cf"), "All three": ("nf", "af", "cf")}
POINTS, PICTURES = "easy_hard.points", "easy_hard.pictures"
LARGE, SMALL = 120, 56  # pixels a side


def explore(run: RunFolder, samples: pd.DataFrame, images: pd.DataFrame) -> None:
    """Points beside pictures, and the image that was opened last below.

    Args:
        samples: rows of every role.
        images: ``core.metrics.easy_hard.verdicts``.
    """
    classes = run.spec.model.data.info.classes
    number = _opened(images)
    left, right = st.columns(2, gap="medium")
    with left:
        axes = st.segmented_control("Features", AXES, default="NF, CF", key="easy_hard.axes", bind="query-params",
                                    required=True)  # fmt: skip
        some = show_selectable(features(images, classes, AXES[axes]), POINTS, partial(take_image, POINTS))
    with right:
        shown = images[images["index"].isin(some)] if len(some) > 1 else images
        pictures = data_access.images(run.spec, shown["index"])
        show_selectable(outcomes(shown, pictures, number), PICTURES, partial(take_image, PICTURES))
    _image(run, samples, images, number)


def _opened(images: pd.DataFrame) -> int:
    """The image in the URL; without one that which the golds contradict most, or without golds the hardest."""
    wanted = image_number(selected("img"))
    if wanted is not None and (images["index"] == wanted).any():
        return wanted
    surprise = (images["p_hard"] - (1 - images["right"])).abs() if images["right"].notna().all() else images["p_hard"]
    return int(images.loc[surprise.idxmax(), "index"])


def _image(run: RunFolder, samples: pd.DataFrame, images: pd.DataFrame, number: int) -> None:
    classes = run.spec.model.data.info.classes
    row = images[images["index"] == number].iloc[0]
    rows = samples[samples["index"] == number].set_index("role")
    rows = rows.loc[in_role_order(rows.index)]
    label = classes[row["label"]]
    gold = "" if np.isnan(row["right"]) else f", and **{row['right']:.0%}** of the golds get it right"
    with st.container(border=True):
        st.markdown(f"**Image {number}** · {plain(label)} · {row['outcome']}: hard with a probability of "
                    f"**{row['p_hard']:.0%}**{gold}.")  # fmt: skip
        with st.container(horizontal=True, gap="large"):
            picture = data_access.images(run.spec, [number])[0]
            _picture(picture, LARGE, f"Image {number}, {label}", f"Original: **{plain(_taken(rows, classes))}**")
            _adversarial(run, number, picture.shape)
            _neighbours(run, number)
        left, right = st.columns(2, gap="medium")
        with left:
            show(against_others(images, number), "easy_hard.against_others")
        with right:
            in_every_model(rows, classes)


def _taken(rows: pd.DataFrame, classes: tuple[str, ...]) -> str:
    return classes[rows.loc["original", "prediction"]]


def _picture(image: np.ndarray, side: int, alt: str, caption: str) -> None:
    with st.container(width=side, gap="small"):
        st.image(png_url(image, side), alt=alt, width=side)
        st.caption(caption)


def _adversarial(run: RunFolder, number: int, shape: tuple[int, ...]) -> None:
    """The image after the attack that AF measures, and the original's prediction of it."""
    found = run.table("adversarial").set_index("index")
    if number in found.index:
        pixels = np.frombuffer(found.loc[number, "pixels"], np.uint8).reshape(shape)
        taken = run.spec.model.data.info.classes[found.loc[number, "prediction"]]
        _picture(pixels, LARGE, f"Adversarial twin of image {number}", f"Attacked: **{plain(taken)}**")


def _neighbours(run: RunFolder, number: int) -> None:
    """The nearest remaining images, whose distance is NF."""
    found = run.table("neighbours")
    found = found[found["index"] == number].sort_values("rank")
    labels = run.spec.model.data.info.classes
    known = data_access.samples(run).drop_duplicates("index").set_index("index")["label"]
    with st.container(gap="small"):
        st.caption("Nearest images that remain, and their distances (mean: NF)")
        with st.container(horizontal=True, gap="xsmall"):
            for row, image in zip(found.itertuples(), data_access.images(run.spec, found["neighbour"]), strict=True):
                label = labels[known[row.neighbour]]
                _picture(image, SMALL, f"Image {row.neighbour}, {label}", f"{plain(label)}  \n{row.distance:.2f}")
