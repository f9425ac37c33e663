"""The Sensitivity page: one norm of every image in the original and in another model."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from core.escaping import in_figure
from core.figures.theme import NEUTRAL, SPLIT_NAMES, SPLITS, Shown, blank, frame, log_axis, role_name
from core.metrics.catalogue import METRICS


def before_after_table(
    samples: pd.DataFrame, classes: Sequence[str], role: str = "unlearned", norm: str = "target_norm"
) -> pd.DataFrame:
    """One row per image measured in both models: index, split, label, norm before (original) and after (role), change
    (after / before; null if before is 0), predictions before and after, right_before and right_after."""
    columns = ["index", "split", "label", "prediction", norm]
    before = samples.loc[samples["role"] == "original", columns].dropna(subset=[norm])
    after = samples.loc[samples["role"] == role, ["index", "prediction", norm]].dropna(subset=[norm])
    both = before.merge(after, on="index", suffixes=("_before", "_after"), validate="one_to_one")
    old, new = both[f"{norm}_before"], both[f"{norm}_after"]
    names = dict(enumerate(classes))
    return pd.DataFrame(
        {
            "index": both["index"],
            "split": both["split"],
            "label": both["label"].map(names),
            "before": old,
            "after": new,
            "change": new / old.where(old > 0),
            "prediction_before": both["prediction_before"].map(names),
            "prediction_after": both["prediction_after"].map(names),
            "right_before": both["prediction_before"] == both["label"],
            "right_after": both["prediction_after"] == both["label"],
        }
    )


def before_after(
    samples: pd.DataFrame, classes: Sequence[str], role: str = "unlearned", norm: str = "target_norm"
) -> Shown:
    """Scatter plot: every image's norm in the original (x) and in another model (y), both on log scales.

    Colour and symbol show the split; hollow symbols are images that the second model gets wrong. Below the line the
    norm fell. Every point's customdata is the image's id. A norm of 0 is drawn at half the smallest other norm.
    """
    table = before_after_table(samples, classes, role, norm)
    drawn = table[["before", "after"]].to_numpy(dtype=float)
    if not (drawn > 0).any():
        return blank(f"{METRICS[norm].name}s of the original and of {role_name(role)} were not measured.", table)
    low, high = drawn[drawn > 0].min() / 2, drawn.max()
    figure = frame(460, hovermode="closest")
    line = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
    figure.add_trace(
        go.Scatter(x=[low, high], y=[low, high], mode="lines", line=line, name="unchanged", hoverinfo="skip")
    )
    for split in reversed([split for split in SPLITS if (table["split"] == split).any()]):
        figure.add_trace(_points(table[table["split"] == split], split, low))
    axis = log_axis(low, high)
    figure.update_xaxes(title_text=f"{METRICS[norm].name}, Original", **axis)
    figure.update_yaxes(title_text=f"{METRICS[norm].name}, {role_name(role)}", **axis)
    forget = table[table["split"] == "forget"]
    return Shown(
        figure,
        table,
        "One point per image. Below the dotted line the norm fell, above it the norm rose. Hollow points are images "
        f"that {role_name(role)} gets wrong. Click a point, or draw a box or lasso, to see the images.",
        f"{len(table)} images; the {METRICS[norm].name.lower()} fell for {(forget['change'] < 1).mean():.0%} of the "
        f"{len(forget)} forget images.",
    )


def _points(part: pd.DataFrame, split: str, floor: float) -> go.Scatter:
    mark = SPLITS[split]
    hover = [
        f"image {row['index']}: {in_figure(row['label'])}<br>{row['before']:.4g} → {row['after']:.4g}"
        f"<br>predicted {in_figure(row['prediction_before'])} → {in_figure(row['prediction_after'])}"
        for row in part.to_dict("records")
    ]
    return go.Scatter(
        x=part["before"].clip(lower=floor),
        y=part["after"].clip(lower=floor),
        mode="markers",
        name=SPLIT_NAMES[split],
        marker={
            "color": mark.color,
            "symbol": [mark.symbol if right else f"{mark.symbol}-open" for right in part["right_after"]],
            "size": 8,
            "opacity": 0.7,
            "line": {"width": 1.5, "color": mark.color},
        },
        customdata=part["index"],
        hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>",
    )
