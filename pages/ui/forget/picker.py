"""A grid of images to pick from. The picks are kept in the browser, so no click is lost while the server is busy."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.figures import png_url
from core.figures.theme import SPLITS
from pages.ui.shell.component import component
from pages.ui.shell.errors import callback

_mount = component("picker")


def picker(
    images: np.ndarray,
    ids: Sequence[int],
    labels: Sequence[str],
    predicted: Sequence[str],
    picked: Collection[int],
    clicks: int,
    key: str,
    changed: Callable[[dict[str, Any]], None],
) -> None:
    """Draws the grid.

    Args:
        images: uint8 (N, C, H, W).
        predicted: what the original takes each image for; empty where that is not known.
        picked: ids, including those of images that are not shown.
        clicks: how many changes the server has processed; until it has processed all, the browser's own picks count.
        changed: called with the browser's ``picked`` and ``clicks``.
    """
    pictures = [
        {"id": int(number), "url": png_url(image), "label": label, "predicted": taken,
         "about": f"Image {number}, {label}" + (f", classified as {taken}" if taken else "")}
        for number, image, label, taken in zip(ids, images, labels, predicted, strict=True)
    ]  # fmt: skip
    data = {
        "pictures": pictures, "picked": list(picked), "clicks": clicks,
        "color": SPLITS["forget"].color,
    }  # fmt: skip
    _mount(key=key, data=data, on_picks_change=callback(lambda: changed(st.session_state[key]["picks"])))
