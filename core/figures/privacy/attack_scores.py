"""The Privacy page: scores of a membership attack, with a threshold slider in the browser."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.attack_curves import MODEL_ATTACK, SHADOW, thresholds
from core.figures.theme import NEUTRAL, ROLES, SPLITS, Mark, Shown, blank, frame, role_mark, role_name
from core.roles import is_gold

BINS = 32
THRESHOLDS = 81
TAILS = 5, 95  # percentiles of the scores; the axis ends near them

Kind = tuple[str, Mark]


def attack_scores_table(attack_population: pd.DataFrame) -> pd.DataFrame:
    """One row per threshold of the slider, 0 (the attack's own) included: threshold, true_positive, false_positive."""
    low, high = _reach(attack_population["score"].to_numpy())
    return thresholds(attack_population, np.unique([*np.linspace(low, high, THRESHOLDS), 0.0]))


def attack_scores(attack_population: pd.DataFrame) -> Shown:
    """Histograms of the scores (x) of members (upwards) and non-members (downwards), with a threshold slider.

    Args:
        attack_population: of ``core.analysis.attack_curves``, of one role.
    """
    if attack_population["member"].nunique() < 2:
        return blank("This attack needs a gold model (another one, for a gold) for comparison, and the run has none.",
                     attack_population)  # fmt: skip
    table = attack_scores_table(attack_population)
    own = int(np.flatnonzero(table["threshold"] == 0)[0])
    low, high = table["threshold"].iloc[[0, -1]]
    edges = np.linspace(low, high, BINS + 1)
    figure = frame(400, barmode="overlay", bargap=0.06, hovermode="closest")
    members, others = (attack_population[attack_population["member"] == member]["score"] for member in (True, False))
    bars = [
        _bars(scores, edges, kind, sign)
        for scores, kind, sign in zip((members, others), kinds(attack_population), (1, -1), strict=True)
    ]
    top = np.ceil(10 * max(np.abs(bar.y).max() for bar in bars)) / 10
    figure.add_trace(_line(0.0, top))  # first: frames replace it
    figure.add_traces(bars)
    figure.add_hline(0, line={"color": NEUTRAL, "width": 1})
    ticks = np.linspace(-top, top, 5)
    figure.update_yaxes(tickvals=ticks, ticktext=[f"{abs(tick):.0%}" for tick in ticks], range=[-top, top],
                        title_text="Share of each kind")  # fmt: skip
    figure.update_xaxes(title_text="Score of the attack", range=[low, high], zeroline=False)
    figure.frames = [
        go.Frame(name=str(n), data=[_line(score, top)], traces=[0]) for n, score in enumerate(table["threshold"])
    ]
    figure.update_layout(sliders=[_slider(table, own)])
    return Shown(
        figure,
        table,
        "Scores right of the line are predicted “member” (trained on). Drag the slider: members right of the line "
        "(upper half) are true positives, non-members (lower half) false positives. If both halves look alike, the "
        "attack fails. The outermost bars include all scores beyond; 0 is the attack's own threshold.",
        f"At the attack's own threshold: {_rates(table.iloc[own])}.",
        ("true_positive", "false_positive"),
    )


def kinds(attack_population: pd.DataFrame) -> tuple[Kind, Kind]:
    """Name and mark of members and non-members: images of two sets, or models of two kinds."""
    if attack_population["attack"].iloc[0] != MODEL_ATTACK:
        return ("Forget images (members)", SPLITS["forget"]), ("Unseen test images", SPLITS["test"])
    role = attack_population["role"].iloc[0]
    if role == SHADOW:
        return ("Unlearned shadow models", ROLES["unlearned"]), ("Shadow models that never saw them", ROLES["gold"])
    others = ("Other golds", SPLITS["pool"]) if is_gold(role) else ("Golds", ROLES["gold"])
    return (role_name(role), role_mark(role)), others


def _reach(scores: np.ndarray) -> tuple[float, float]:
    """Ends of the axis, around nearly all scores and 0."""
    low, high = np.percentile(scores, TAILS)
    low, high = min(low, 0.0), max(high, 0.0)
    room = 0.04 * (high - low) or 1.0
    return low - room, high + room


def _bars(scores: pd.Series, edges: np.ndarray, kind: Kind, sign: int) -> go.Bar:
    name, mark = kind
    shares = np.histogram(scores.clip(edges[0], edges[-1]), edges)[0] / len(scores)
    return go.Bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=sign * shares,
        name=name,
        marker={"color": mark.color},
        customdata=shares,
        hovertemplate=f"{name}: %{{customdata:.1%}} at about %{{x:.3g}}<extra></extra>",
    )


def _line(threshold: float, top: float) -> go.Scatter:
    """The threshold."""
    return go.Scatter(
        x=[threshold] * 2,
        y=[-top, top],
        mode="lines",
        line={"color": NEUTRAL, "width": 3},
        name="threshold",
        hoverinfo="skip",
    )


def _rates(row: pd.Series) -> str:
    return f"true positives {row['true_positive']:.0%}, false positives {row['false_positive']:.0%}"


def _label(row: pd.Series) -> str:
    """The threshold and its rates, short enough for a phone."""
    rates = f"{row['true_positive']:.0%} true, {row['false_positive']:.0%} false positives"
    return f"above {row['threshold']:.2g}: {rates}"


def _slider(table: pd.DataFrame, active: int) -> dict[str, Any]:
    """The slider; its current label is shown above it."""
    # Without a redraw plotly.js removes the bars when it moves the line.
    halt = {"mode": "immediate", "transition": {"duration": 0}, "frame": {"duration": 0, "redraw": True}}
    return {
        "steps": [{"label": _label(row), "method": "animate", "args": [[str(n)], halt]} for n, row in table.iterrows()],
        "active": active,
        "currentvalue": {"font": {"color": NEUTRAL, "size": 15}, "xanchor": "left"},
        "font": {"color": "rgba(0,0,0,0)"},
        "ticklen": 0,
        "minorticklen": 0,
        "bgcolor": NEUTRAL,
        "bordercolor": NEUTRAL,
        "pad": {"t": 56},
        "x": 0,
        "len": 1,
    }
