"""The forget images that a run tracked, with their outcome after every step: the lower half of ``playback``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.slices import NO_GOLD, OUTCOMES
from core.figures.theme import NORMS
from core.figures.tiles import ROW, caption_update, captions, grid, legend_entries, pictures, x_axis, y_axis
from core.metrics.accuracy import GAP
from core.metrics.catalogue import METRICS

COLUMNS = 6  # more, and captions overlap on a phone
TILES = 30
HEADER = 100  # pixels: the numbers of the step


@dataclass(frozen=True)
class StepImages:
    """Tracked images, and which of them are drawn.

    Attributes:
        steps: ``core.analysis.slices.outcomes_at_steps``.
        ids: of the images that are drawn, see ``shown_ids``.
        images: uint8 (N, C, H, W) of these.
        classes: names by label.
    """

    steps: pd.DataFrame
    ids: Sequence[int]
    images: np.ndarray
    classes: Sequence[str]

    @cached_property
    def outcomes(self) -> list[str]:
        """Outcomes that occur at any step, in a fixed order."""
        present = set(self.steps["outcome"])
        return [name for name in (*OUTCOMES, *NO_GOLD) if name in present]

    @cached_property
    def size(self) -> int:
        """Number of tracked images."""
        return self.steps["index"].nunique()

    @cached_property
    def shown(self) -> dict[int, pd.DataFrame]:
        """step -> outcome and predicted (name of the class) of the images that are drawn."""
        rows = self.steps[self.steps["index"].isin(self.ids)]
        names = np.array(self.classes, dtype=object)
        rows = rows[["step", "index", "outcome"]].assign(predicted=names[rows["prediction"]])
        return {int(step): part.set_index("index").loc[self.ids] for step, part in rows.groupby("step")}

    @property
    def height(self) -> int:
        """Pixels of header and tiles."""
        return HEADER + ROW * -(-len(self.ids) // COLUMNS)


def shown_ids(steps: pd.DataFrame, count: int = TILES) -> list[int]:
    """Ids of at most ``count`` tracked images, evenly spaced between the first forgotten and the never forgotten ones.

    Args:
        steps: ``core.analysis.slices.outcomes_at_steps``.
    """
    wrong = steps[steps["prediction"] != steps["label"]].groupby("index")["step"].min()
    first = wrong.reindex(steps["index"].unique()).fillna(np.inf).sort_values(kind="stable")
    positions = np.unique(np.linspace(0, len(first) - 1, count).round().astype(int))
    return first.index[positions].tolist()


def counts(steps: pd.DataFrame) -> pd.DataFrame:
    """Number of tracked images per outcome at every step: step, then a column per outcome."""
    return pd.crosstab(steps["step"], steps["outcome"]).rename_axis(columns=None).reset_index()


def draw_tracked(figure: go.Figure, tracked: StepImages, last: Mapping[str, Any], top: float) -> list[int]:
    """Adds header and tiles of the last step below the curves, on the axes x3 and y3.

    Args:
        last: the last row of ``playback_table``.
        top: upper edge of the header, as a fraction of the figure's height.

    Returns:
        Positions of the traces that ``at_step`` updates.
    """
    axes = {"xaxis": "x3", "yaxis": "y3"}
    x, y = grid(len(tracked.ids), COLUMNS)
    header, _ = at_step(tracked, last)
    text = go.Scatter(
        x=[-0.5], y=[-0.5 - HEADER / ROW], mode="text", textposition="bottom right", textfont={"size": 13},
        showlegend=False, hoverinfo="skip", **header, **axes,
    )  # fmt: skip
    start = len(figure.data)
    tiles = tracked.shown[last["step"]].assign(x=x, y=y)
    figure.add_traces([text, captions(tiles, **axes), *legend_entries(tracked.outcomes, legend="legend2", **axes)])
    figure.update_layout(
        xaxis3=x_axis(COLUMNS) | {"anchor": "y3"},
        yaxis3=y_axis(int(y[-1]) + 1, HEADER / ROW) | {"anchor": "x3", "domain": [0, top]},
        images=pictures(tracked.images, x, y, xref="x3", yref="y3"),
        legend2={"orientation": "h", "x": 0, "xanchor": "left", "y": top, "yanchor": "bottom"},
    )
    return [start, start + 1]


def at_step(tracked: StepImages, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Updates of the header and the captions for one row of ``playback_table``."""
    tiles = tracked.shown[row["step"]]
    return [{"text": [_header(tracked, row)]}, caption_update(tiles["outcome"], tiles["predicted"])]


def _header(tracked: StepImages, row: Mapping[str, Any]) -> str:
    accuracies = [f"{name} {row[name]:.1%}" for name in GAP if pd.notna(row[name])]
    norms = [
        f"{METRICS[norm].name.lower()} {row[f'{norm}_of_start']:.0%}"
        for norm in NORMS
        if pd.notna(row[f"{norm}_of_start"])
    ]
    images = [f"{row[name]:.0f} {name}" for name in tracked.outcomes]
    return "<br>".join(
        [
            f"<b>Step {row['step']}</b>: {', '.join(accuracies)}",
            *([f"{', '.join(norms)} of the start"] if norms else []),
            f"Of {tracked.size} tracked forget images:",
            *(" · ".join(images[n : n + 2]) for n in range(0, len(images), 2)),  # lines that fit a phone
        ]
    )
