"""The Sensitivity page: input-gradient norms in every model, and whether they rose or fell."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.theme import (
    NEUTRAL,
    SPLIT_NAMES,
    Shown,
    blank,
    frame,
    in_role_order,
    log_axis,
    role_mark,
    role_name,
)
from core.metrics.catalogue import METRICS
from core.roles import gold_roles, is_gold

BINS = 32
QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
QUANTITIES = {
    **{norm: METRICS[norm].name for norm in ("target_norm", "irrelevant_norm")},
    "difference": "Difference (target − irrelevant)",
}


def distribution_table(samples: pd.DataFrame, split: str, norm: str) -> pd.DataFrame:
    """One row per role: images measured, zeros (the share of exact zeros), and quantiles of the norm."""
    measured = _measured(samples, split, norm)
    rows = []
    for role in in_role_order(measured["role"]):
        values = measured.loc[measured["role"] == role, norm].astype(float)
        quantiles = {name: values.quantile(q) for name, q in QUANTILES.items()}
        rows.append({"role": role, "images": len(values), "zeros": (values == 0).mean(), **quantiles})
    return pd.DataFrame(rows, columns=["role", "images", "zeros", *QUANTILES])


def distribution(samples: pd.DataFrame, split: str = "forget", norm: str = "target_norm") -> Shown:
    """Histograms of one norm (x, log scale), one row per model (y); the MU-Mis paper's Figures 1 and 2.

    Rows of histograms, because a violin plot's smoothing is wrong on a log axis, a box plot hides a second mode, and
    overlaid histograms hide each other. All rows share bins of equal width on the log axis; each row is scaled to its
    own highest bin. A log axis cannot show exact zeros: their share is written at the left. The mark is the median, the
    bar below it the middle 50 %.

    Args:
        samples: role, split and the norm (null if not measured).
        split: forget, retain, test or pool.
        norm: target_norm, irrelevant_norm or jacobian_norm.
    """
    table = distribution_table(samples, split, norm)
    measured = _measured(samples, split, norm)
    edges = _log_edges(measured[norm].to_numpy(dtype=float))
    if edges is None:
        return blank(f"No norm above zero was measured on the {SPLIT_NAMES[split].lower()}.", table)
    shares = {role: _shares(measured.loc[measured["role"] == role, norm], edges) for role in table["role"]}
    figure = frame(60 + 44 * len(table), showlegend=False, hovermode="closest", margin_t=8)
    for position, row in enumerate(table.to_dict("records")):
        base = len(table) - 1 - position
        figure.add_trace(_ridge(row["role"], shares[row["role"]], edges, base))
        figure.add_traces(_middle(row, base))
        if row["zeros"] > 0:
            label = {"text": f"zero: {row['zeros']:.0%}", "xref": "paper", "x": 0, "xanchor": "left"}
            figure.add_annotation(y=base, yanchor="bottom", showarrow=False, **label)
    names = [role_name(role) for role in reversed(table["role"].tolist())]
    figure.update_yaxes(tickvals=list(range(len(table))), ticktext=names, range=[-0.3, len(table)], showgrid=False)
    figure.update_xaxes(title_text=f"{METRICS[norm].name} ({METRICS[norm].unit})", **log_axis(edges[0], edges[-1]))
    medians = ", ".join(f"{role_name(r)} {m:.3g}" for r, m in zip(table["role"], table["median"], strict=True))
    return Shown(
        figure,
        table,
        "One density per model. The mark is the median, the bar below it the middle 50 % of the images. Unlearning "
        "should move the density from the original's position to gold's.",
        f"{METRICS[norm].name} on the {SPLIT_NAMES[split].lower()}, medians: {medians}.",
        ("zeros",),
    )


def rise_fall_table(samples: pd.DataFrame, split: str = "forget") -> pd.DataFrame:
    """Shares of a split's images whose norm fell, rose or stayed the same, from the original to each other model.

    Returns:
        One row per quantity (target_norm, irrelevant_norm, difference) and role (unlearned, gold: the mean over the
        golds image by image, gold-1, ...): images, fell, rose, unchanged as fractions.
    """
    measured = samples[
        (samples["split"] == split) & samples["target_norm"].notna() & samples["irrelevant_norm"].notna()
    ]
    measured = measured.assign(difference=measured["target_norm"] - measured["irrelevant_norm"])
    rows = []
    for quantity in QUANTITIES:
        wide = measured.pivot(index="index", columns="role", values=quantity)
        golds = gold_roles(wide)
        if golds:
            wide["gold"] = wide[golds].mean(axis=1, skipna=False)
        for role in in_role_order(r for r in wide if r in ("unlearned", "gold") or is_gold(r)):
            change = (wide[role] - wide["original"]).dropna()
            shares = {"fell": (change < 0).mean(), "rose": (change > 0).mean(), "unchanged": (change == 0).mean()}
            rows.append({"quantity": quantity, "role": role, "images": len(change), **shares})
    return pd.DataFrame(rows, columns=["quantity", "role", "images", "fell", "rose", "unchanged"])


def rise_fall(samples: pd.DataFrame, split: str = "forget") -> Shown:
    """Shares of images whose norm fell (bar to the left) or rose (right) from the original; one panel each for target
    norm, irrelevant norm and their difference, one bar per model. The MU-Mis paper's Figure 3."""
    table = rise_fall_table(samples, split)
    if table.empty:
        return blank(f"No norms were measured on the {SPLIT_NAMES[split].lower()}.", table)
    bars = table["role"].nunique()
    figure = frame(60 + 3 * (44 + 26 * bars), barmode="relative", showlegend=False, bargap=0.25)
    titles = [f"← fell · <b>{name}</b> · rose →" for name in QUANTITIES.values()]
    figure = make_subplots(3, 1, shared_xaxes=True, vertical_spacing=0.1, subplot_titles=titles, figure=figure)
    for n, quantity in enumerate(QUANTITIES, start=1):
        part = table[table["quantity"] == quantity]
        for direction, sign in (("fell", -1), ("rose", 1)):
            figure.add_trace(_bars(part, direction, sign), row=n, col=1)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    ticks = {-1: "100%", -0.5: "50%", 0: "0", 0.5: "50%", 1: "100%"}
    figure.update_xaxes(range=[-1.12, 1.12], tickvals=list(ticks), ticktext=list(ticks.values()))
    figure.add_vline(0, line={"color": NEUTRAL, "width": 1.5}, row="all", col=1)
    figure.update_annotations(font_size=13)
    unlearned = table[table["role"] == "unlearned"]
    text = [f"{QUANTITIES[row.quantity]} fell for {row.fell:.0%}" for row in unlearned.itertuples()]
    return Shown(
        figure,
        table,
        "Bars to the left: share of images whose norm fell from the original to the model; to the right: rose. Golden "
        "bars show the effect of retraining without the images; a good method has similar bars.",
        f"From original to unlearned: {'; '.join(text)} of the images.",
        ("fell", "rose", "unchanged"),
    )


def _measured(samples: pd.DataFrame, split: str, norm: str) -> pd.DataFrame:
    return samples.loc[(samples["split"] == split) & samples[norm].notna(), ["role", norm]]


def _log_edges(values: np.ndarray) -> np.ndarray | None:
    """Edges of bins of equal width on a log axis that cover all values above zero; None if there are none."""
    positive = values[values > 0]
    if positive.size == 0:
        return None
    return np.geomspace(positive.min() / 1.02, positive.max() * 1.02, BINS + 1)


def _shares(values: pd.Series, edges: np.ndarray) -> np.ndarray:
    """Share of all values, zeros included, in each bin."""
    return np.histogram(values, edges)[0] / len(values)


def _ridge(role: str, shares: np.ndarray, edges: np.ndarray, base: int) -> go.Scatter:
    """The outline of a histogram with its base at ``base`` and a height of 0.7."""
    scale = 0.7 / (shares.max() or 1)  # flat where all norms are zero
    outline = base + scale * np.concatenate([[0], np.repeat(shares, 2), [0]])
    return go.Scatter(
        x=np.repeat(edges, 2),
        y=outline,
        mode="lines",
        fill="toself",
        line={"color": role_mark(role).color, "width": 1},
        hoverinfo="skip",
    )


def _middle(row: dict[str, Any], base: int) -> list[go.Scatter]:
    """Below the histogram of a role: the median as a mark, the middle 50 % of the images as a bar."""
    mark, y = role_mark(row["role"]), base - 0.1
    hover = (
        f"{role_name(row['role'])}: median {row['median']:.4g}<br>middle 50 % from {row['q25']:.4g} to {row['q75']:.4g}"
        f"<br>{row['images']} images, {row['zeros']:.0%} zero<extra></extra>"
    )
    half = go.Scatter(
        x=[row["q25"], row["q75"]], y=[y, y], mode="lines", line={"color": mark.color, "width": 4}, hoverinfo="skip"
    )
    median = go.Scatter(
        x=[row["median"]], y=[y], mode="markers", marker={"symbol": mark.symbol, "size": 11, "color": mark.color},
        hovertemplate=hover,
    )  # fmt: skip
    return [half, median]


def _bars(part: pd.DataFrame, direction: str, sign: int) -> go.Bar:
    return go.Bar(
        x=sign * part[direction],
        y=[role_name(role) for role in part["role"]],
        orientation="h",
        marker={"color": [role_mark(role).color for role in part["role"]]},
        text=[f"{share:.0%}" for share in part[direction]],
        textposition="auto",
        textangle=0,
        cliponaxis=False,
        customdata=np.column_stack([part[direction], part["images"], part["unchanged"]]),
        hovertemplate=f"%{{y}}: {direction} for %{{customdata[0]:.1%}} of %{{customdata[1]}} images, "
        "unchanged for %{customdata[2]:.1%}<extra></extra>",
    )
