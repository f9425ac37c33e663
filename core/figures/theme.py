"""What all figures share: colours and symbols, display names, and an empty figure to start from.

Figures set neither background nor text colour, so that they follow the page, light or dark. The colours below are
mid-tones with a contrast of at least 3:1 on white and on near-black. Colour-blind people can tell the colours of each
of the six families apart, and a symbol, a dash or a position always repeats what the colour says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.metrics.accuracy import ACCURACY_SPLITS
from core.roles import is_gold


@dataclass(frozen=True)
class Mark:
    """How one thing looks, as a point or as a line."""

    color: str
    symbol: str
    dash: str = "solid"


ROLES = {
    "initial": Mark("#6f7782", "x"),
    "original": Mark("#2f92dc", "circle"),
    "unlearned": Mark("#c6401a", "diamond"),
    "gold": Mark("#b4901f", "star"),
}
SPLITS = {
    "forget": Mark("#cf5f95", "triangle-down"),
    "retain": Mark("#0f7d4b", "square", "dash"),
    "test": Mark("#8b6cea", "triangle-up", "dashdot"),
    "pool": Mark("#8a8f98", "pentagon"),
}
# An accuracy has the look of the split that it is measured on.
ACCURACIES = {name: SPLITS[split] for name, split in ACCURACY_SPLITS.items()}
NORMS = {"target_norm": Mark("#a0623c", "hourglass"), "irrelevant_norm": Mark("#1298ad", "cross", "dash")}
SIDES = {"below": Mark("#a64fae", "triangle-left"), "above": Mark("#4d8a2a", "triangle-right")}  # the mean gold
DIFFICULTY = {"easy": Mark("#3f7fd0", "circle"), "hard": Mark("#d0602a", "x")}
LINES = (  # several runs or methods in one figure, in the order of selection
    Mark("#2395f8", "circle"),
    Mark("#f25a20", "diamond", "dash"),
    Mark("#2c6f62", "square", "dot"),
    Mark("#810dff", "triangle-up", "dashdot"),
    Mark("#819374", "cross", "longdash"),
    Mark("#bc241b", "x", "longdashdot"),
    Mark("#b46bb9", "triangle-down", "8px 2px 2px 2px"),
    Mark("#983eab", "pentagon", "2px 6px"),
)

NEUTRAL = "#808791"  # reference lines

SPLIT_NAMES = {
    "forget": "Forget set",
    "forgotten": "Forgotten before",  # by the earlier requests of a sequence
    "retain": "Retain set",
    "test": "Test set",
    "pool": "Pool",
}


# Share -> opacity of its cell. Up to ``FULL`` the page's text colour is readable on it, above ``FULL`` that of TEXT_ON.
FULL = 0.499
_FILL = ((0.0, 0.0), (FULL, 0.25), (FULL, 0.85), (1.0, 1.0))
TEXT_ON = {"original": "#10151c", "unlearned": "#ffffff", "gold": "#10151c"}


@dataclass(frozen=True)
class Shown:
    """A figure and everything that a page shows with it.

    Attributes:
        figure: for ``st.plotly_chart(figure, theme="streamlit")``.
        table: the numbers in it; shares and accuracies are fractions.
        how_to_read: one or two sentences for the screen; empty if there is nothing to explain.
        alt: a description for screen readers.
        fractions: the columns of the table that are shown as percent.
    """

    figure: go.Figure
    table: pd.DataFrame
    how_to_read: str
    alt: str
    fractions: tuple[str, ...] = ()


def role_mark(role: str) -> Mark:
    """The look of a model role; all golds share one."""
    return ROLES["gold" if is_gold(role) else role]


def role_name(role: str) -> str:
    """The role on screen: ``gold-2`` is "Gold 2", ``gold`` (the mean over golds) is "Mean gold"."""
    if role == "gold":
        return "Mean gold"
    return role.replace("-", " ").capitalize()


def in_role_order(roles: Iterable[str]) -> list[str]:
    """Each role once: initial, original, unlearned, mean gold, then the golds by seed."""

    def position(role: str) -> tuple[int, int]:
        kind, _, seed = role.partition("-")
        return list(ROLES).index(kind), int(seed or -1)

    return sorted(set(roles), key=position)


def faded(color: str, opacity: float) -> str:
    """The colour #rrggbb with an opacity."""
    return f"rgba({', '.join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5))}, {opacity})"


def shortened(text: str, limit: int) -> str:
    """The text, cut to at most ``limit`` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def tints(role: str) -> list[list[Any]]:
    """Colour scale of cells that show shares from 0 to 1; above ``FULL``, text has the colour ``TEXT_ON[role]``."""
    return [[share, faded(ROLES[role].color, opacity)] for share, opacity in _FILL]


def points_text(difference: float, unit: str = " pp", digits: int = 1) -> str:
    """A difference of fractions in percentage points."""
    return f"{100 * difference:+.{digits}f}{unit}".replace("-", "−")


def frame(height: int, **layout: Any) -> go.Figure:
    """An empty figure with the legend on top and tight margins; zoom is kept while data are added."""
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"}
    margin = {"l": 8, "r": 12, "t": 36, "b": 8}
    return go.Figure(layout={"height": height, "legend": legend, "margin": margin, "uirevision": "keep", **layout})


def log_axis(low: float, high: float) -> dict[str, Any]:
    """A log axis with some room around the values, labelled at 1, 2, 5 if that fits."""
    low, high = low / 1.5, high * 1.5
    step = "D1" if high / low < 10 else "D2" if high / low < 1e4 else 1
    return {"type": "log", "range": [np.log10(low), np.log10(high)], "dtick": step, "tickformat": "~g"}


def blank(sentence: str, table: pd.DataFrame) -> Shown:
    """An empty figure with a sentence that says why there is nothing to draw."""
    figure = frame(120, xaxis={"visible": False}, yaxis={"visible": False})
    figure.add_annotation(text=sentence, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
    return Shown(figure, table, "", sentence)
