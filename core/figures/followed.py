"""The forget images that a run followed, as they stood after each of its steps: the lower half of ``playback``."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.evaluation.accuracy import GAP
from core.evaluation.slices import NO_GOLD, OUTCOMES
from core.figures.theme import NORM_NAMES, NORMS
from core.figures.tiles import ROW, grid, marks, pictures, x_axis, y_axis

COLUMNS = 8
TILES = 40
HEADER = 100  # pixels: the numbers of the step


@dataclass(frozen=True)
class StepImages:
    """
    Attributes:
        steps: ``core.evaluation.slices.outcomes_at_steps``.
        ids: of the images that are shown, see ``shown_ids``.
        images: uint8 (N, C, H, W) of these.
        classes: names by label.
    """

    steps: pd.DataFrame
    ids: Sequence[int]
    images: np.ndarray
    classes: Sequence[str]

    @property
    def outcomes(self) -> list[str]:
        """Those that occur at some step, in a fixed order."""
        present = set(self.steps["outcome"])
        return [name for name in (*OUTCOMES, *NO_GOLD) if name in present]

    @property
    def height(self) -> int:
        """Pixels of header and tiles."""
        return HEADER + ROW * -(-len(self.ids) // COLUMNS)


def shown_ids(steps: pd.DataFrame) -> list[int]:
    """At most ``TILES`` of the followed images, evenly from those that were forgotten first to those never forgotten.

    Args:
        steps: ``core.evaluation.slices.outcomes_at_steps``.
    """
    wrong = steps[steps["prediction"] != steps["label"]].groupby("index")["step"].min()
    first = wrong.reindex(steps["index"].unique()).fillna(np.inf).sort_values(kind="stable")
    places = np.unique(np.linspace(0, len(first) - 1, TILES).round().astype(int))
    return first.index[places].tolist()


def counts(steps: pd.DataFrame) -> pd.DataFrame:
    """How many followed images of each outcome there are at each step: step, then a column per outcome."""
    return pd.crosstab(steps["step"], steps["outcome"]).rename_axis(columns=None).reset_index()


def draw_followed(figure: go.Figure, followed: StepImages, table: pd.DataFrame, top: float) -> None:
    """Adds header and tiles below the curves, on the axes x3 and y3, as they are at the last step.

    Args:
        table: ``playback_table`` with the counts of every outcome.
        top: where they begin, as a fraction of the figure's height.
    """
    x, y = grid(len(followed.ids), COLUMNS)
    place = {"xref": "x3", "yref": "y3"}
    figure.add_traces(step_traces(followed, table, int(table["step"].iloc[-1])))
    figure.update_layout(
        xaxis3=x_axis(COLUMNS) | {"anchor": "y3"},
        yaxis3=y_axis(int(y[-1]) + 1, HEADER / ROW) | {"anchor": "x3", "domain": [0, top]},
        images=pictures(followed.images, x, y, **place),
        legend2={"orientation": "h", "x": 0, "xanchor": "left", "y": top, "yanchor": "bottom"},
    )


def step_traces(followed: StepImages, table: pd.DataFrame, step: int) -> list[go.Scatter]:
    """The header and the captions as they were after this step: always as many traces, in the same order."""
    axes = {"xaxis": "x3", "yaxis": "y3"}
    header = go.Scatter(
        x=[-0.5], y=[-0.5 - HEADER / ROW], mode="text", text=[_told(followed, table, step)],
        textposition="bottom right", textfont={"size": 13}, showlegend=False, hoverinfo="skip", **axes,
    )  # fmt: skip
    x, y = grid(len(followed.ids), COLUMNS)
    rows = followed.steps[followed.steps["step"] == step].set_index("index").loc[followed.ids]
    names = [followed.classes[taken] for taken in rows["prediction"]]
    captions = pd.DataFrame({"x": x, "y": y, "outcome": rows["outcome"].to_numpy(), "taken": names})
    return [header, *marks(captions, followed.outcomes, legend="legend2", **axes)]


def _told(followed: StepImages, table: pd.DataFrame, step: int) -> str:
    row = table[table["step"] == step].iloc[0]
    accuracies = [f"{name} {row[name]:.1%}" for name in GAP if pd.notna(row[name])]
    norms = [
        f"{NORM_NAMES[norm].lower()} {row[f'{norm}_of_start']:.0%}"
        for norm in NORMS
        if pd.notna(row[f"{norm}_of_start"])
    ]
    images = [f"{row[name]:.0f} {name}" for name in followed.outcomes]
    of_start = f"<br>{', '.join(norms)} of the start" if norms else ""
    of = f"<br>Of {len(followed.steps) // followed.steps['step'].nunique()} followed forget images:"
    return f"<b>Step {step}</b>: {', '.join(accuracies)}{of_start}{of}<br>{'<br>'.join(_halves(images))}"


def _halves(words: list[str]) -> list[str]:
    """In lines of two, so that they fit a phone."""
    return [" · ".join(words[n : n + 2]) for n in range(0, len(words), 2)]
