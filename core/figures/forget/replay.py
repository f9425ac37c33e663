"""What the small replay shows: a few forget images with the prediction at every step, and the accuracies so far."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

import pandas as pd

from core.figures.forget.playback import thinned
from core.figures.forget.tracked_images import StepImages
from core.figures.forget.trajectory import Golds
from core.figures.theme import ACCURACIES, SPLIT_NAMES, shortened
from core.figures.thumbnails import png_url
from core.metrics.accuracy import ACCURACY_SPLITS, GAP

LETTERS = 10  # of a class name below an image


def replay(tracked: StepImages, trajectory: pd.DataFrame, golds: Golds, retrained: Mapping[int, str]) -> dict[str, Any]:
    """Values for ``assets/components/replay.js``; lists have one entry per frame.

    Args:
        golds: accuracies of each gold.
        retrained: id of an image -> class that gold predicts; may lack images.
    """
    all_steps = sorted(tracked.shown)
    steps = [all_steps[position] for position in thinned(len(all_steps))]
    right = (tracked.steps["prediction"] == tracked.steps["label"]).groupby(tracked.steps["step"]).mean()
    label = tracked.steps.groupby("index")["label"].first()
    tiles = []
    for number, image in zip(tracked.ids, tracked.images, strict=True):
        own = tracked.classes[label[number]]
        predicted = [str(tracked.shown[step].loc[number, "predicted"]) for step in steps]
        tiles.append({
            "url": png_url(image),
            "about": f"Image {number}, {own}",
            "predicted": [shortened(name, LETTERS) for name in predicted],
            "right": [name == own for name in predicted],
            "gold": shortened(retrained.get(number, ""), LETTERS),
        })  # fmt: skip
    return {
        "steps": steps,
        "right": [round(float(right[step]), 4) for step in steps],
        "tiles": tiles,
        "curves": _curves(trajectory, steps, golds),
    }


def _curves(trajectory: pd.DataFrame, steps: Sequence[int], golds: Golds) -> list[dict[str, Any]]:
    """FA, RA and TA, with the look of their split."""
    table = trajectory.set_index("step").reindex(columns=list(GAP)).astype(float).ffill().bfill()
    curves = []
    for name in GAP:
        values = table[name].reindex(steps, method="ffill")
        known = [value for gold in golds if (value := gold.get(name)) is not None]
        if values.notna().all():
            curves.append({
                "name": SPLIT_NAMES[ACCURACY_SPLITS[name]], "color": ACCURACIES[name].color,
                "values": values.round(4).tolist(), "gold": mean(known) if known else None,
            })  # fmt: skip
    return curves
