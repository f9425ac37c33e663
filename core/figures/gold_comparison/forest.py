"""The Gold comparison page: all methods run on one request, in one metric, with 95 % intervals."""

import pandas as pd
import plotly.graph_objects as go

from core.analysis.method_comparison import WITHIN
from core.figures.gold_comparison.method_rows import (
    GOLDS,
    NO_GOLD,
    SIDE_NAMES,
    legend_entry,
    row_frame,
    row_positions,
    sides,
)
from core.figures.theme import NEUTRAL, ROLES, SIDES, Mark, Shown, blank
from core.metrics.catalogue import METRICS
from core.metrics.metric import SHARE

COLUMNS = ["method", "track", "runs", "value", "gold", "difference", "low", "high", "floor", "verdict", "run"]


def methods_forest_table(compare_variants: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The rows of one metric: method, track, runs, value, gold, difference, low, high, floor, verdict, run."""
    return compare_variants.loc[compare_variants["metric"] == metric, COLUMNS].reset_index(drop=True)


def methods_forest(compare_variants: pd.DataFrame, metric: str, chosen: str = "") -> Shown:
    """Forest plot: difference to the mean gold in one metric (x) per variant (y, by track), with 95 % intervals.

    Colour and symbol show the side of gold; hollow circles lie within the gold spread. The variant with the run
    ``chosen`` is framed. Every point's customdata is its run. Intervals may exceed the axis.

    Args:
        compare_variants: of ``core.analysis.method_comparison``.
        metric: key of a metric that occurs there.
    """
    if compare_variants.empty:
        return blank(NO_GOLD, compare_variants)
    table, rows = methods_forest_table(compare_variants, metric), row_positions(compare_variants)
    about, floor = METRICS[metric], table["floor"].iloc[0]
    lowest = -floor if about.signed else 0.0
    figure = row_frame(compare_variants, chosen)
    if pd.notna(floor):
        gold = ROLES["gold"].color
        figure.add_shape(type="rect", x0=lowest, x1=floor, y0=0, y1=1, yref="paper", fillcolor=gold, opacity=0.25,
                         line_width=0, layer="below")  # fmt: skip
        figure.add_trace(legend_entry("Gold spread", gold))
        figure.add_trace(_gold_row(rows[GOLDS], 0.0 if about.signed else floor, floor if about.signed else 0.0))
    side = sides(table)
    for name in SIDE_NAMES:
        if (side == name).any():
            figure.add_trace(_points(table[side == name], rows, name, about.number))
    figure.add_vline(0, line={"color": NEUTRAL, "width": 1.5}, layer="below")
    seen = pd.Series([*table["difference"], 0.0, floor, lowest])
    room = 0.08 * max(0.01, seen.max() - seen.min())
    kind = "difference" if about.signed else "distance"
    figure.update_xaxes(
        title_text=f"{about.label}: {kind} to the mean gold", range=[seen.min() - room, seen.max() + room],
        tickformat="~%" if about.unit == SHARE else None,
    )  # fmt: skip
    ours = table[table["track"] != "nothing"]
    return Shown(
        figure,
        table,
        "Zero is the mean gold; the golden band is how much golds differ from each other. Lines are 95 % intervals "
        "over golds and unlearning seeds, for this one original: another may lie outside. If a line crosses zero, the "
        "difference may be chance.",
        f"{about.label}: {(ours['verdict'] == WITHIN).sum()} of {len(ours)} methods lie within the gold spread.",
        ("value", "gold", "difference", "low", "high", "floor") if about.unit == SHARE else (),
    )


def _gold_row(y: int, x: float, reach: float) -> go.Scatter:
    """The row of gold against gold: the noise floor as a point with error bars."""
    mark = ROLES["gold"]
    return go.Scatter(x=[x], y=[y], mode="markers", marker={"color": mark.color, "symbol": mark.symbol, "size": 12},
                      error_x={"array": [reach], "color": mark.color, "thickness": 1.5, "width": 3}, hoverinfo="x",
                      showlegend=False)  # fmt: skip


def _points(part: pd.DataFrame, rows: dict[str, int], side: str, number: str) -> go.Scatter:
    mark = SIDES.get(side, Mark(NEUTRAL, "circle-open"))
    reach = {"array": part["high"] - part["difference"], "arrayminus": part["difference"] - part["low"]}
    return go.Scatter(
        x=part["difference"],
        y=part["method"].map(rows),
        mode="markers",
        name=SIDE_NAMES[side],
        marker={"color": mark.color, "symbol": mark.symbol, "size": 12, "line": {"width": 2, "color": mark.color}},
        error_x={**reach, "color": mark.color, "thickness": 1.5, "width": 3},
        customdata=part["run"],
        hovertext=[
            f"{row.method}: {row.value:{number}}<br>{row.difference:+{number}}"
            + (f", 95 % {row.low:+{number}} to {row.high:+{number}}" if pd.notna(row.low) else "")
            + f"<br>{row.verdict}"
            for row in part.itertuples()
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )
