"""What is known of a run before it ends: accuracies of the models, and the unlearned model's predictions."""

from collections.abc import Mapping

import streamlit as st

from core.figures import png_url
from core.results import Accuracies, Result
from core.store import RunFolder
from pages.ui.runs import summary
from pages.ui.shell import data_access
from pages.ui.shell.errors import plain

SHOWN = 8  # forget images
SIDE = 80  # pixels


def show(folder: RunFolder, accuracy: Mapping[str, Accuracies]) -> None:
    """Accuracies and images from the moment when unlearning has ended; each gold counts as soon as it is trained.

    Args:
        accuracy: role -> accuracies, of the models known so far.
    """
    if "unlearned" not in accuracy or "samples" not in folder.tables:
        return
    summary.numbers(Result(accuracy=accuracy))
    samples = folder.table("samples")
    forget = samples[samples["split"] == "forget"].head(SHOWN)
    names = folder.spec.model.data.info.classes
    images = data_access.images(folder.spec, forget["index"])
    with st.container(horizontal=True):
        for row, image in zip(forget.itertuples(), images, strict=True):
            st.image(png_url(image, SIDE), caption=plain(f"{names[row.label]} → {names[row.prediction]}"), width=SIDE,
                     alt=f"Training image {row.index}, {names[row.label]}")  # fmt: skip
    st.caption("Some of the forget images: label → unlearned model's prediction.")
