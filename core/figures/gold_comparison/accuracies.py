"""The Gold comparison page: accuracies of every model, gaps to the mean gold, and changes per class."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.analysis.method_comparison import classify_difference
from core.escaping import in_figure
from core.figures.many_classes import cut_sentence, drawn_classes
from core.figures.theme import (
    NEUTRAL,
    ROLES,
    Shown,
    blank,
    frame,
    in_role_order,
    points_text,
    role_mark,
    role_name,
)
from core.metrics.accuracy import class_accuracies, gold_spread
from core.metrics.catalogue import accuracy_keys
from core.roles import gold_roles

MAX_CLASSES = 20


def accuracy_comparison_table(result: Mapping[str, Any]) -> pd.DataFrame:
    """One row per role, then the golds' mean (role ``gold``) and their spread (role ``gold spread``); columns role, FA,
    RA, TA, FA_test, RA_test as fractions, null if not defined."""
    accuracy = result["accuracy"]
    roles = in_role_order(accuracy)
    names = accuracy_keys()
    table = pd.DataFrame([accuracy[role] for role in roles], index=roles, columns=list(names), dtype=float)
    golds = gold_roles(roles)
    if golds:
        table.loc["gold"] = table.loc[golds].mean()
    if spread := gold_spread([accuracy[role] for role in golds], names):
        table.loc["gold spread"] = [spread[name] for name in names]
    return table.rename_axis("role").reset_index()


def accuracy_comparison(result: Mapping[str, Any]) -> Shown:
    """Accuracies (x, percent) of the original, the unlearned model and every gold, one row per metric (y).

    The bar behind the golds is their mean ± their spread.

    Args:
        result: a run's ``result.json``; its ``accuracy`` per role is read.
    """
    table = accuracy_comparison_table(result)
    by_role = table.set_index("role")
    shown = [name for name in accuracy_keys() if pd.notna(by_role.loc["original", name])]
    rows = {name: len(shown) - 1 - n for n, name in enumerate(shown)}
    figure = frame(70 + 56 * len(shown), hovermode="closest")
    for name, y in rows.items():
        figure.add_hline(y, line={"color": NEUTRAL, "width": 1}, opacity=0.35, layer="below")
        if "gold spread" in by_role.index:
            _gold_band(figure, by_role.loc["gold", name], by_role.loc["gold spread", name], y - 0.25)
    golds = gold_roles(in_role_order(result["accuracy"]))
    for kind, roles, lift in (
        ("original", ["original"], 0.25),
        ("unlearned", ["unlearned"], 0),
        ("gold", golds, -0.25),
    ):
        if roles:
            figure.add_trace(_dots(by_role.loc[roles], kind, rows, lift))
    figure.update_yaxes(
        tickvals=list(rows.values()), ticktext=list(rows), range=[-0.6, len(shown) - 0.4], showgrid=False
    )
    figure.update_xaxes(title_text="Accuracy", tickformat=".0%", range=[-0.03, 1.03], showgrid=True)
    text = ", ".join(f"{name} {by_role.loc['unlearned', name]:.1%}" for name in shown)
    return Shown(
        figure,
        table,
        "In every row the unlearned diamond should be among the gold stars. In FA, right of the stars: "
        "under-forgotten; left: over-forgotten. The golden bar is the spread of the golds.",
        f"Accuracies of the unlearned model: {text}.",
        accuracy_keys(),
    )


def gold_gap_table(result: Mapping[str, Any]) -> pd.DataFrame:
    """Rows unlearned and original (doing nothing) per metric: role, metric, value, gold_mean, difference (signed, value
    minus mean gold), spread (of the golds, null for fewer than two), verdict. Empty without gold."""
    by_role = accuracy_comparison_table(result).set_index("role")
    rows = []
    for role in ("unlearned", "original"):
        for name in accuracy_keys():
            if "gold" not in by_role.index or pd.isna(by_role.loc[role, name]):
                continue
            value, mean = by_role.loc[role, name], by_role.loc["gold", name]
            spread = by_role.loc["gold spread", name] if "gold spread" in by_role.index else float("nan")
            comparison = {
                "difference": value - mean,
                "spread": spread,
                "verdict": classify_difference(name, value - mean, spread),
            }
            rows.append({"role": role, "metric": name, "value": value, "gold_mean": mean, **comparison})
    return pd.DataFrame(rows, columns=["role", "metric", "value", "gold_mean", "difference", "spread", "verdict"])


def gold_gap(result: Mapping[str, Any]) -> Shown:
    """Signed difference of each accuracy to the mean gold (x, percentage points) of the unlearned model, one row per
    metric (y), over a band of the golds' own spread. A click in the legend shows the original's bars.

    Args:
        result: a run's ``result.json``; its ``accuracy`` per role is read.
    """
    table = gold_gap_table(result)
    if table.empty:
        return blank("There is no gold model to compare with.", table)
    unlearned = table[table["role"] == "unlearned"]
    labels = [f"{row.metric}<br>{row.verdict}" for row in unlearned.itertuples()]
    figure = frame(80 + 52 * len(unlearned), barmode="overlay")
    if unlearned["spread"].notna().all():
        figure.add_trace(_noise_floor(unlearned, labels))
    for role, visible in (("unlearned", True), ("original", "legendonly")):
        figure.add_trace(_gap_bars(table[table["role"] == role], labels, role, visible))
    figure.update_yaxes(autorange="reversed", showgrid=False)
    reach = 1.35 * max(0.01, unlearned[["difference", "spread"]].abs().max(axis=None))
    figure.update_xaxes(title_text="Difference to the mean gold", tickformat="+.1~%", range=[-reach, reach])
    figure.add_vline(0, line={"color": NEUTRAL, "width": 1.5})
    text = "; ".join(f"{r.metric} {points_text(r.difference)}, {r.verdict}" for r in unlearned.itertuples())
    return Shown(
        figure,
        table,
        "Zero is the mean gold. The golden band is how much golds differ from each other; a bar inside it is noise. FA "
        "to the right: under-forgotten; to the left: over-forgotten.",
        f"Difference to the mean gold: {text}.",
        ("value", "gold_mean", "difference", "spread"),
    )


def class_changes_table(samples: pd.DataFrame, names: Sequence[str], by: str = "label") -> pd.DataFrame:
    """One row per class with test images: class, forgotten (some of its images are in the forget set), test accuracy of
    original, unlearned and gold (mean; null without), and the changes from the original, unlearned_change, gold_change.

    Args:
        samples: role, split, label (and subclass), prediction.
        names: of the classes by id, or of the sub-classes with ``by="subclass"``.
    """
    roles = {role: class_accuracies(rows, "test", by) for role, rows in samples.groupby("role")}
    each = pd.DataFrame(roles)
    golds = gold_roles(each)
    forgotten = set(samples.loc[samples["split"] == "forget", by].astype(str))
    order = sorted(each.index, key=int)
    table = pd.DataFrame({"class": [names[int(c)] for c in order], "forgotten": [c in forgotten for c in order]})
    for role in ("original", "unlearned"):
        table[role] = each.loc[order, role].to_numpy()
    table["gold"] = each.loc[order, golds].mean(axis=1).to_numpy() if golds else float("nan")
    return table.assign(
        unlearned_change=table["unlearned"] - table["original"], gold_change=table["gold"] - table["original"]
    )


def class_changes(samples: pd.DataFrame, names: Sequence[str], by: str = "label") -> Shown:
    """Change of the test accuracy from the original (x, percentage points) per class (y), of unlearned and mean gold,
    joined by a line.

    Beyond ``MAX_CLASSES`` classes the most changed ones are drawn: forgotten classes first, but half of the rows are
    for other classes. The table has all.
    """
    table = class_changes_table(samples, names, by)
    change = table[["unlearned_change", "gold_change"]].abs().max(axis=1)
    drawn = table.loc[drawn_classes(table["forgotten"], change, MAX_CLASSES, MAX_CLASSES // 2)]
    named = zip(drawn["class"].map(in_figure), drawn["forgotten"], strict=True)
    labels = [f"{name} (forget)" if forgotten else name for name, forgotten in named]
    figure = frame(90 + 26 * len(drawn), hovermode="closest")
    figure.add_trace(_joined(drawn, labels))
    for role in ("unlearned", "gold"):
        if drawn[f"{role}_change"].notna().any():
            figure.add_trace(_changes(drawn, labels, role))
    figure.add_vline(0, line={"color": NEUTRAL, "width": 1.5}, layer="below")
    figure.update_yaxes(autorange="reversed", showgrid=True)
    figure.update_xaxes(title_text="Change of test accuracy", tickformat="+.0%")
    kept = table.loc[~table["forgotten"], "unlearned_change"]
    return Shown(
        figure,
        table,
        "One row per class: change of its test accuracy from the original. The diamond should be on the star; a long "
        "line is a class that the method changes differently than retraining does."
        + cut_sentence(len(drawn), len(table), "the most changed of the forgotten and of the other classes"),
        f"Classes without forget images changed by {points_text(kept.mean())} on average."
        if len(kept)
        else "Change of test accuracy per class.",
        ("original", "unlearned", "gold", "unlearned_change", "gold_change"),
    )


def _gold_band(figure: go.Figure, mean: float, spread: float, y: float) -> None:
    color = ROLES["gold"].color
    corners = {"x0": mean - spread, "x1": mean + spread, "y0": y - 0.2, "y1": y + 0.2}
    figure.add_shape(type="rect", **corners, fillcolor=color, opacity=0.3, line_width=0)


def _dots(roles: pd.DataFrame, kind: str, rows: Mapping[str, int], lift: float) -> go.Scatter:
    cells = [(role, name) for name in rows for role in roles.index]
    mark = ROLES[kind]
    return go.Scatter(
        x=[roles.loc[role, name] for role, name in cells],
        y=[rows[name] + lift for _, name in cells],
        mode="markers",
        name=role_name(kind) if kind != "gold" else f"Gold ({len(roles)})",
        marker={"color": mark.color, "symbol": mark.symbol, "size": 12},
        hovertext=[f"{role_name(role)}, {name}" for role, name in cells],
        hovertemplate="%{hovertext}: %{x:.1%}<extra></extra>",
    )


def _noise_floor(part: pd.DataFrame, labels: Sequence[str]) -> go.Bar:
    """Bars from minus to plus the golds' spread."""
    return go.Bar(
        base=-part["spread"],
        x=2 * part["spread"],
        y=labels,
        orientation="h",
        width=0.8,
        name="Gold spread",
        marker={"color": ROLES["gold"].color, "opacity": 0.3},
        customdata=part["spread"],
        hovertemplate="golds differ by %{customdata:.2%}<extra></extra>",
    )


def _gap_bars(part: pd.DataFrame, labels: Sequence[str], role: str, visible: bool | str) -> go.Bar:
    return go.Bar(
        x=part["difference"],
        y=labels,
        orientation="h",
        width=0.35,
        name=role_name(role) if role != "original" else "Original (do nothing)",
        visible=visible,
        marker={"color": role_mark(role).color},
        text=[points_text(value) for value in part["difference"]],
        textposition="outside",
        cliponaxis=False,
        customdata=part[["value", "gold_mean"]],
        hovertemplate="%{customdata[0]:.1%}, mean gold %{customdata[1]:.1%}<extra></extra>",
    )


def _joined(part: pd.DataFrame, labels: Sequence[str]) -> go.Scatter:
    """A line per class from the change of the unlearned model to that of gold."""
    xs = [x for pair in zip(part["unlearned_change"], part["gold_change"], strict=True) for x in (*pair, None)]
    ys = [y for label in labels for y in (label, label, None)]
    line = {"color": NEUTRAL, "width": 2}
    return go.Scatter(x=xs, y=ys, mode="lines", line=line, opacity=0.6, showlegend=False, hoverinfo="skip")


def _changes(part: pd.DataFrame, labels: Sequence[str], role: str) -> go.Scatter:
    mark = role_mark(role)
    return go.Scatter(
        x=part[f"{role}_change"],
        y=labels,
        mode="markers",
        name=role_name(role),
        marker={"color": mark.color, "symbol": mark.symbol, "size": 11},
        customdata=part[["original", role]],
        hovertemplate="%{y}: %{customdata[0]:.1%} → %{customdata[1]:.1%} (%{x:+.1%})<extra></extra>",
    )
