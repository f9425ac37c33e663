"""Collateral damage: retain and test images near the forget set whose prediction flipped. No torch."""

import numpy as np
import pandas as pd
from sklearn.metrics import pairwise_distances_argmin_min

from core.analysis.prediction_transitions import predictions
from core.roles import gold_roles

MAX_FORGET = 1000  # forget images for distances; of more, an evenly spaced part
COLUMNS = ["index", "split", "label", "distance", "nearest", "original", "unlearned", "gold", "flipped", "gold_flipped"]


def nearest_forget(images: np.ndarray, index: np.ndarray, forget: np.ndarray) -> pd.DataFrame:
    """The nearest forget image of every other image, by the L2 distance of their pixels in [0, 1].

    Args:
        images: uint8 (N, C, H, W).
        index: int (N,), their ids.
        forget: bool (N,), which of them are forget images.

    Returns:
        One row per other image: index, nearest (id of the forget image), distance.
    """
    pixels = images.reshape(len(images), -1).astype(np.float32) / 255
    removed = np.flatnonzero(forget)
    removed = removed[:: -(-len(removed) // MAX_FORGET)]
    position, distance = pairwise_distances_argmin_min(pixels[~forget], pixels[removed])
    return pd.DataFrame({"index": index[~forget], "nearest": index[removed][position], "distance": distance})


def collateral(samples: pd.DataFrame, nearest: pd.DataFrame) -> pd.DataFrame:
    """The retain and test images, sorted by distance to the forget set.

    Args:
        samples: role, split, index, label, prediction.
        nearest: from ``nearest_forget``.

    Returns:
        index, split, label, distance, nearest, the predictions of original, unlearned and gold (majority of the
        golds; null without gold), flipped (unlearned differs from the original), gold_flipped (share of golds that do).
    """
    others = samples[samples["split"].isin(["retain", "test"])]
    predicted = predictions(others)
    golds = predicted[gold_roles(predicted)]
    table = predicted[["original", "unlearned"]].assign(
        gold=_majority(golds.to_numpy()) if len(golds.columns) else np.nan,
        flipped=predicted["unlearned"] != predicted["original"],
        gold_flipped=golds.ne(predicted["original"], axis=0).mean(axis=1),
    )
    about = others.loc[others["role"] == "original", ["index", "split", "label"]]
    joined = about.join(table, on="index").merge(nearest, on="index")
    return joined.sort_values("distance", kind="stable", ignore_index=True)[COLUMNS]


def _majority(predictions: np.ndarray) -> np.ndarray:
    """The most frequent value (N,) of every row (N, K), the lowest one if tied; faster than pandas' ``mode``."""
    values = np.sort(predictions, axis=1)
    votes = (values[:, :, None] == values[:, None, :]).sum(axis=2)
    return np.take_along_axis(values, votes.argmax(axis=1)[:, None], axis=1)[:, 0]
