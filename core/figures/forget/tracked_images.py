"""The forget images that a run followed, as they stood after each of its steps: the lower half of ``playback``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.slices import NO_GOLD, OUTCOMES
from core.figures.theme import NORMS
from core.figures.tiles import ROW, captions, grid, legend_entries, pictures, said, x_axis, y_axis
from core.metrics.accuracy import GAP
from core.metrics.catalogue import METRICS

COLUMNS = 6  # on a phone a caption has the width of a tile
TILES = 30
HEADER = 100  # pixels: the numbers of the step


@dataclass(frozen=True)
class StepImages:
    """
    Attributes:
        steps: ``core.analysis.slices.outcomes_at_steps``.
        ids: of the images that are shown, see ``shown_ids``.
        images: uint8 (N, C, H, W) of these.
        classes: names by label.
    """

    steps: pd.DataFrame
    ids: Sequence[int]
    images: np.ndarray
    classes: Sequence[str]

    @cached_property
    def outcomes(self) -> list[str]:
        """Those that occur at some step, in a fixed order."""
        present = set(self.steps["outcome"])
        return [name for name in (*OUTCOMES, *NO_GOLD) if name in present]

    @cached_property
    def size(self) -> int:
        """How many images were followed."""
        return self.steps["index"].nunique()

    @cached_property
    def shown(self) -> dict[int, pd.DataFrame]:
        """step -> outcome and taken (the class's name) of the images that are shown."""
        rows = self.steps[self.steps["index"].isin(self.ids)]
        names = np.array(self.classes, dtype=object)
        rows = rows[["step", "index", "outcome"]].assign(taken=names[rows["prediction"]])
        return {int(step): part.set_index("index").loc[self.ids] for step, part in rows.groupby("step")}

    @property
    def height(self) -> int:
        """Pixels of header and tiles."""
        return HEADER + ROW * -(-len(self.ids) // COLUMNS)


def shown_ids(steps: pd.DataFrame) -> list[int]:
    """At most ``TILES`` of the followed images, evenly from those that were forgotten first to those never forgotten.

    Args:
        steps: ``core.analysis.slices.outcomes_at_steps``.
    """
    wrong = steps[steps["prediction"] != steps["label"]].groupby("index")["step"].min()
    first = wrong.reindex(steps["index"].unique()).fillna(np.inf).sort_values(kind="stable")
    places = np.unique(np.linspace(0, len(first) - 1, TILES).round().astype(int))
    return first.index[places].tolist()


def counts(steps: pd.DataFrame) -> pd.DataFrame:
    """How many followed images of each outcome there are at each step: step, then a column per outcome."""
    return pd.crosstab(steps["step"], steps["outcome"]).rename_axis(columns=None).reset_index()


def draw_followed(figure: go.Figure, followed: StepImages, last: Mapping[str, Any], top: float) -> list[int]:
    """Adds header and tiles below the curves, on the axes x3 and y3, as they are at the last step.

    Args:
        last: row of ``playback_table``.
        top: where they begin, as a fraction of the figure's height.

    Returns:
        The places of those traces among the figure's that ``at_step`` changes.
    """
    axes = {"xaxis": "x3", "yaxis": "y3"}
    x, y = grid(len(followed.ids), COLUMNS)
    header, _ = at_step(followed, last)
    told = go.Scatter(
        x=[-0.5], y=[-0.5 - HEADER / ROW], mode="text", textposition="bottom right", textfont={"size": 13},
        showlegend=False, hoverinfo="skip", **header, **axes,
    )  # fmt: skip
    start = len(figure.data)
    tiles = followed.shown[last["step"]].assign(x=x, y=y)
    figure.add_traces([told, captions(tiles, **axes), *legend_entries(followed.outcomes, legend="legend2", **axes)])
    figure.update_layout(
        xaxis3=x_axis(COLUMNS) | {"anchor": "y3"},
        yaxis3=y_axis(int(y[-1]) + 1, HEADER / ROW) | {"anchor": "x3", "domain": [0, top]},
        images=pictures(followed.images, x, y, xref="x3", yref="y3"),
        legend2={"orientation": "h", "x": 0, "xanchor": "left", "y": top, "yanchor": "bottom"},
    )
    return [start, start + 1]


def at_step(followed: StepImages, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What header and captions say after the step of this row of ``playback_table``."""
    tiles = followed.shown[row["step"]]
    return [{"text": [_told(followed, row)]}, said(tiles["outcome"], tiles["taken"])]


def _told(followed: StepImages, row: Mapping[str, Any]) -> str:
    accuracies = [f"{name} {row[name]:.1%}" for name in GAP if pd.notna(row[name])]
    norms = [
        f"{METRICS[norm].name.lower()} {row[f'{norm}_of_start']:.0%}"
        for norm in NORMS
        if pd.notna(row[f"{norm}_of_start"])
    ]
    images = [f"{row[name]:.0f} {name}" for name in followed.outcomes]
    return "<br>".join(
        [
            f"<b>Step {row['step']}</b>: {', '.join(accuracies)}",
            *([f"{', '.join(norms)} of the start"] if norms else []),
            f"Of {followed.size} followed forget images:",
            *(" · ".join(images[n : n + 2]) for n in range(0, len(images), 2)),  # lines that fit a phone
        ]
    )
