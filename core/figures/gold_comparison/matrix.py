"""The Gold comparison page: all methods run on one request, in all metrics."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.method_comparison import NOTHING, WITHIN
from core.figures.gold_comparison.method_rows import (
    GOLDS,
    NO_GOLD,
    ROW,
    SIDE_NAMES,
    legend_entry,
    row_frame,
    row_positions,
    sides,
)
from core.figures.theme import SIDES, Shown, blank, faded, points_text
from core.metrics.catalogue import METRICS, distance_keys, keys
from core.metrics.metric import SHARE

LARGE = 0.05  # differences of at least this much fill their cell
DISTANCE = "#6f7782"  # of distances, which have no sign; white text on all cell colours has a contrast of 4:1
TINT = 0.2


def methods_matrix_table(compare_variants: pd.DataFrame) -> pd.DataFrame:
    """One row per variant: method, track, its difference to the mean gold in every metric, run. The last row is the
    noise floor: how much golds differ from the other golds."""
    names = _shown(compare_variants)
    wide = compare_variants.pivot(index="method", columns="metric", values="difference")[names]
    head = compare_variants.drop_duplicates("method").set_index("method")[["track", "run"]]
    table = head[["track"]].join(wide).join(head[["run"]]).reset_index()
    floor = compare_variants.drop_duplicates("metric").set_index("metric")["floor"][names]
    last = pd.DataFrame([{"method": GOLDS, "track": "nothing", **floor, "run": ""}])
    return pd.concat([table, last], ignore_index=True)


def methods_matrix(compare_variants: pd.DataFrame, chosen: str = "") -> Shown:
    """Heat map: difference to the mean gold, in percentage points, per variant (y, by track) and metric (x).

    The colour shows the side of gold, a full colour a difference of at least ``LARGE``; cells within the gold spread
    have no colour and read ≈. The variant with the run ``chosen`` is framed. Every cell's customdata is its run.

    Args:
        compare_variants: of ``core.analysis.method_comparison``.
    """
    if compare_variants.empty:
        return blank(NO_GOLD, compare_variants)
    table, names = methods_matrix_table(compare_variants), _shown(compare_variants)
    rows = row_positions(compare_variants)
    cells = compare_variants[compare_variants["metric"].isin(names)]
    cells = cells.assign(
        x=cells["metric"].map(names.index), y=cells["method"].map(rows), color=_colors(cells),
        large=cells["difference"].abs() >= LARGE,
    )  # fmt: skip
    figure = row_frame(compare_variants, chosen)
    for color, part in cells.dropna(subset="color").groupby("color"):
        figure.add_trace(_background(part, (len(rows), len(names)), str(color)))
    on_color = cells["color"].notna() & cells["large"]
    for part, look in ((cells[on_color], {"color": "#ffffff"}), (cells[~on_color], {})):
        figure.add_trace(_texts(part, look))
    for x, name in enumerate(names):
        floor = table[name].iloc[-1]
        text = "–" if pd.isna(floor) else f"±{100 * floor:.1f}"
        figure.add_annotation(x=x, y=rows[GOLDS], text=text, showarrow=False)
    for side, mark in SIDES.items():
        figure.add_trace(legend_entry(SIDE_NAMES[side], mark.color))
    figure.update_xaxes(
        side="top", tickvals=list(range(len(names))), ticktext=[_heading(name) for name in names],
        range=[-0.5, len(names) - 0.5], showgrid=False, zeroline=False, fixedrange=True, tickangle=0, ticklen=0,
    )  # fmt: skip
    figure.update_layout(margin_t=80, legend={"yref": "container", "y": 1, "yanchor": "top"})
    ours = table[table["track"] != "nothing"]
    return Shown(
        figure,
        table,
        "Difference to the mean gold in percentage points, best first in each group. ≈: within the differences between "
        "golds, so noise. ≠ gold: share of the forget images whose prediction differs from gold's. Click a row to "
        "select its run.",
        f"Differences of {len(ours)} methods to the mean gold in {len(names)} metrics; the smallest average gap: "
        f"{ours.loc[ours['gap'].idxmin(), 'method'] if len(ours) else NOTHING}.",
        tuple(names),
    )


def _shown(compare_variants: pd.DataFrame) -> list[str]:
    """Keys of the metrics in percent; the narrow columns have no room for other units."""
    measured = set(compare_variants["metric"])
    return list(keys(lambda metric: metric.unit == SHARE and metric.key in measured))


def _heading(name: str) -> str:
    return METRICS[name].label.replace("_", " ").replace(" ", "<br>")


def _colors(cells: pd.DataFrame) -> pd.Series:
    """The colour of every cell beyond the gold spread; null for the others."""
    color = sides(cells).map({name: mark.color for name, mark in SIDES.items()})
    return color.mask(cells["metric"].isin(distance_keys()) & color.notna(), DISTANCE)


def _background(cells: pd.DataFrame, shape: tuple[int, int], color: str) -> go.Heatmap:
    """The cells of one colour, full or as a transparent tint."""
    z = np.full(shape, np.nan)
    z[cells["y"], cells["x"]] = cells["large"]
    scale = [[0, faded(color, TINT)], [1, color]]
    return go.Heatmap(z=z, zmin=0, zmax=1, colorscale=scale, showscale=False, hoverinfo="skip", xgap=2, ygap=2)


def _texts(cells: pd.DataFrame, look: dict[str, str]) -> go.Scatter:
    """The numbers in the cells; they take clicks and show the hover text."""
    return go.Scatter(
        x=cells["x"],
        y=cells["y"],
        mode="markers+text",
        text=[_number(cell.difference, cell.metric, cell.verdict) for cell in cells.itertuples()],
        textfont={"size": 13, **look},
        marker={"symbol": "square", "size": ROW - 4, "color": "rgba(0,0,0,0)"},
        unselected={"marker": {"opacity": 1}, "textfont": look},
        customdata=cells["run"],
        hovertext=[_hover_text(cell) for cell in cells.itertuples()],
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
    )


def _number(difference: float, metric: str, verdict: str) -> str:
    """Percentage points, with as many digits as fit into a narrow cell."""
    if verdict == WITHIN:
        return "≈"
    size = 100 * abs(difference)
    digits = 0 if size >= 9.95 else 1 if size >= 0.05 else 2
    text = points_text(difference, "", digits)
    return text if METRICS[metric].signed else text.removeprefix("+")


def _hover_text(cell: Any) -> str:
    about = METRICS[cell.metric]
    gold = f", mean gold {cell.gold:.1%}" if about.signed else ""
    return f"{cell.method}<br>{about.label}: {cell.value:.1%}{gold}<br>{cell.verdict}"
