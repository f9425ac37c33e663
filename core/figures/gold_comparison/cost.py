"""The Gold comparison page: time of every method against its gap to gold."""

import pandas as pd
import plotly.graph_objects as go

from core.analysis.method_comparison import NOTHING
from core.figures.gold_comparison.method_rows import DATA_TRACKS
from core.figures.theme import NEUTRAL, ROLES, SPLITS, Shown, blank, frame, log_axis

MAX_NAMED = 6  # points that are all labelled; of more, labels would overlap
COLUMNS = ["method", "track", "gap", "seconds", "time_ratio", "front", "run"]


def cost_quality_table(overview: pd.DataFrame) -> pd.DataFrame:
    """One row per variant: method, track, gap, seconds (of unlearning), time_ratio (to one retraining), front (no other
    variant is both faster and closer to gold), run.

    Args:
        overview: of ``core.analysis.method_comparison``.
    """
    if overview.empty:
        return pd.DataFrame(columns=COLUMNS)
    ours = overview[overview["track"] != "nothing"].dropna(subset=["time_ratio"]).sort_values(["time_ratio", "gap"])
    best_so_far = ours["gap"].cummin()
    front = (ours["gap"] == best_so_far) & ~best_so_far.duplicated()
    return ours.assign(front=front)[COLUMNS].reset_index(drop=True)


def cost_quality(overview: pd.DataFrame, floor: float, chosen: str = "") -> Shown:
    """Average gap to the mean gold (y) against time as a multiple of one retraining (x), both on log scales, one point
    per variant. The dotted line is the Pareto front.

    Of more than ``MAX_NAMED`` variants only the one closest to gold and the one with the run ``chosen`` are labelled.
    Every point's customdata is its run. A gap of 0 is drawn at half the smallest other gap.

    Args:
        overview: of ``core.analysis.method_comparison``.
        floor: average gap of a gold to the other golds; null for fewer than two.
    """
    table = cost_quality_table(overview)
    if table.empty:
        return blank("No run has a gold model to compare with.", table)
    idle = overview.loc[overview["method"] == NOTHING, "gap"].iloc[0]
    gaps = pd.Series([*table["gap"], idle, floor])
    lowest = gaps[gaps > 0].min() / 2 if (gaps > 0).any() else 1e-3
    figure = frame(440, hovermode="closest")
    gold, idle_line = ROLES["gold"].color, {"color": ROLES["original"].color, "dash": "dash", "width": 1.5}
    if floor > 0:
        figure.add_hrect(lowest / 10, floor, fillcolor=gold, opacity=0.25, line_width=0, layer="below",
                         showlegend=True, name="gold spread")  # fmt: skip
    figure.add_hline(max(idle, lowest), line=idle_line, showlegend=True, name="do nothing")
    figure.add_vline(1, line={"color": NEUTRAL, "width": 1.5}, showlegend=True, name="one retraining")
    figure.add_trace(_front(table[table["front"]], lowest))
    few = len(table) <= MAX_NAMED
    named = set(table["run"]) if few else {chosen, table.loc[table["gap"].idxmin(), "run"]}
    for track in ("forget", "retain"):
        part = table[table["track"] == track]
        if len(part):
            figure.add_trace(_points(part, track, lowest, named, chosen))
    widths = log_axis(table["time_ratio"].min(), max(table["time_ratio"].max(), 1))
    figure.update_xaxes(title_text="Time, as a multiple of one retraining", **widths)
    heights = log_axis(lowest, gaps.max()) | {"tickformat": "~%"}
    figure.update_yaxes(title_text="Average gap to the mean gold", **heights)
    names = ", ".join(table.loc[table["front"], "method"])
    return Shown(
        figure,
        table,
        "Lower left is better: closer to gold, and faster. Above the dashed line, doing nothing is closer to gold. In "
        "the golden band, the gap is within the differences between golds. The dotted line is the Pareto front: no "
        "other method is both faster and closer.",
        f"{len(table)} methods by time and average gap; on the Pareto front: {names}.",
        ("gap",),
    )


def _front(part: pd.DataFrame, lowest: float) -> go.Scatter:
    line = {"color": NEUTRAL, "dash": "dot", "width": 1.5, "shape": "hv"}
    return go.Scatter(x=part["time_ratio"], y=part["gap"].clip(lower=lowest), mode="lines", line=line,
                      name="Pareto front", hoverinfo="skip")  # fmt: skip


def _points(part: pd.DataFrame, track: str, lowest: float, named: set[str], chosen: str) -> go.Scatter:
    mark, ring = SPLITS[track], ROLES["unlearned"].color
    widths = [3 if run == chosen else 0 for run in part["run"]]
    return go.Scatter(
        x=part["time_ratio"],
        y=part["gap"].clip(lower=lowest),
        mode="markers+text",
        name=DATA_TRACKS[track],
        text=part["method"].where(part["run"].isin(named), ""),
        cliponaxis=False,
        textposition=["middle left" if ratio > 0.1 else "middle right" for ratio in part["time_ratio"]],
        marker={"color": mark.color, "symbol": mark.symbol, "size": 12, "line": {"width": widths, "color": ring}},
        customdata=part["run"],
        hovertext=[f"{row.method}<br>gap {100 * row.gap:.2f} pp<br>{row.time_ratio:.3g} × one retraining"
                   f" ({row.seconds:.2g} s)" for row in part.itertuples()],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
