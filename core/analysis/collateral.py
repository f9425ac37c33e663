"""Who else was changed: retained and test images near the forget set whose prediction flipped. No torch."""

import numpy as np
import pandas as pd
from sklearn.metrics import pairwise_distances_argmin_min

from core.analysis.prediction_transitions import predictions
from core.roles import gold_roles

MAX_FORGET = 1000  # forget images that distances are taken to; of more, evenly spread ones
COLUMNS = ["index", "split", "label", "distance", "nearest", "original", "unlearned", "gold", "flipped", "gold_flipped"]


def nearest_forget(images: np.ndarray, index: np.ndarray, forget: np.ndarray) -> pd.DataFrame:
    """The nearest forget image of every other image, by the L2 distance of their pixels in [0, 1].

    Args:
        images: uint8 (N, C, H, W).
        index: int (N,), their ids.
        forget: bool (N,), which of them are forgotten.

    Returns:
        One row per image that is not: index, nearest (id of the forget image), distance.
    """
    pixels = images.reshape(len(images), -1).astype(np.float32) / 255
    removed = np.flatnonzero(forget)
    removed = removed[:: -(-len(removed) // MAX_FORGET)]
    place, distance = pairwise_distances_argmin_min(pixels[~forget], pixels[removed])
    return pd.DataFrame({"index": index[~forget], "nearest": index[removed][place], "distance": distance})


def collateral(samples: pd.DataFrame, nearest: pd.DataFrame) -> pd.DataFrame:
    """The retain and test images, those nearest to the forget set first.

    Args:
        samples: role, split, index, label, prediction.
        nearest: of ``nearest_forget``.

    Returns:
        index, split, label, distance, nearest, the predictions of original, unlearned and gold (what most golds say;
        null without gold), flipped (unlearned differs from the original), gold_flipped (share of golds that do).
    """
    others = samples[samples["split"].isin(["retain", "test"])]
    taken = predictions(others)
    golds = taken[gold_roles(taken)]
    table = taken[["original", "unlearned"]].assign(
        gold=_most_said(golds.to_numpy()) if len(golds.columns) else np.nan,
        flipped=taken["unlearned"] != taken["original"],
        gold_flipped=golds.ne(taken["original"], axis=0).mean(axis=1),
    )
    about = others.loc[others["role"] == "original", ["index", "split", "label"]]
    joined = about.join(table, on="index").merge(nearest, on="index")
    return joined.sort_values("distance", kind="stable", ignore_index=True)[COLUMNS]


def _most_said(predictions: np.ndarray) -> np.ndarray:
    """The commonest value (N,) of every row (N, K), the lowest of several; pandas' own counts row by row."""
    values = np.sort(predictions, axis=1)
    votes = (values[:, :, None] == values[:, None, :]).sum(axis=2)
    return np.take_along_axis(values, votes.argmax(axis=1)[:, None], axis=1)[:, 0]
