"""The Privacy page: what a model still knows of the forget set: relearning curves and feature similarity."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.theme import NEUTRAL, Shown, frame, in_role_order, points_text, role_mark, role_name
from core.metrics.catalogue import METRICS
from core.roles import gold_roles, is_gold, only_golds

MIN_STEPS = 10
FEATURES = ("cka_gold", "cka_original", "probe")


def relearning_curves(curves: pd.DataFrame, relearning: Mapping[str, Any]) -> Shown:
    """Accuracy on the forget set (y) against steps of fine-tuning on it (x), one curve per model.

    Args:
        curves: a run's table ``relearning``: role, step, accuracy.
        relearning: the result's ``relearning``; its target and steps are read.
    """
    figure = frame(360, hovermode="x unified")
    roles = in_role_order(curves["role"])
    golds = gold_roles(roles)
    for role in [*golds, *(role for role in roles if role not in golds)]:
        own, mark = curves[curves["role"] == role], role_mark(role)
        figure.add_trace(
            go.Scatter(
                x=own["step"],
                y=own["accuracy"],
                mode="lines+markers",
                name=role_name(role),
                line={"color": mark.color, "dash": mark.dash, "width": 1.5 if is_gold(role) else 2.5},
                marker={"symbol": mark.symbol, "size": 8, "maxdisplayed": 12},
                hovertemplate="%{y:.1%}",
            )
        )
    target = relearning["target"]
    label = {"text": f"target {target:.0%}", "font": {"color": NEUTRAL}, "yanchor": "top", "xanchor": "right"}
    figure.add_hline(target, line={"color": NEUTRAL, "dash": "dot", "width": 1.5}, annotation=label)
    last = int(curves["step"].max())
    reached = [last if steps is None else steps for steps in relearning["steps"].values()]
    shown = min(last, max(MIN_STEPS, 3 * max(reached)))
    figure.update_xaxes(title_text="Steps of fine-tuning on the forget set", range=[-0.02 * shown, 1.02 * shown])
    figure.update_yaxes(title_text="Accuracy on the forget set", tickformat=".0%")
    more = f" Shown: the first {shown} of {last} steps; double-click to see all." if shown < last else ""
    return Shown(
        figure,
        curves,
        "Every model is fine-tuned on the forget set with the same order and learning rate. A model that rises before "
        f"the golds has hidden the images, not forgotten them.{more}",
        f"Steps to {target:.0%}: {relearning_text(relearning).replace('*', '')}.",
        ("accuracy",),
    )


def relearning_text(relearning: Mapping[str, Any]) -> str:
    """Steps to the target, for every model, in Markdown."""
    more = f"more than {relearning['limit']}"
    steps = relearning["steps"]
    return ", ".join(
        f"{role_name(role)} after **{more if steps[role] is None else steps[role]}**" for role in in_role_order(steps)
    )


def lead_text(relearning: Mapping[str, Any]) -> str:
    """One sentence: how far the unlearned model's curve is above the golds' on average; empty without gold."""
    lead = relearning["lead"]
    if lead["unlearned"] is None:
        return ""
    golds = [abs(value) for value in only_golds(lead).values() if value is not None]
    scale = f"; golds differ from each other by up to {100 * max(golds):.2f} pp" if golds else ""
    return (
        f"Over all {relearning['limit']} steps, the unlearned model's accuracy is on average "
        f"{points_text(lead['unlearned'], digits=2)} from the mean gold's{scale}."
    )


def feature_bars_table(representation: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """One row per model: role, cka_gold, cka_original, probe (AUC), probe_balanced_accuracy; null where undefined.

    Args:
        representation: the result's ``representation``.
    """
    rows = []
    for role in in_role_order(representation):
        values = representation[role]
        probe = values["probe"] or {"auc": None, "balanced_accuracy": None}
        rows.append((role, values["cka_gold"], values["cka_original"], probe["auc"], probe["balanced_accuracy"]))
    table = pd.DataFrame(rows, columns=["role", "cka_gold", "cka_original", "probe", "probe_balanced_accuracy"])
    return table.astype(dict.fromkeys(table.columns[1:], float))


def feature_bars(representation: Mapping[str, Mapping[str, Any]]) -> Shown:
    """Bars: similarity of the features to gold's and the original's, and the probe's AUC (x), per model (y)."""
    table = feature_bars_table(representation)
    measured = [name for name in FEATURES if table[name].notna().any()]
    titles = [f"<b>{METRICS[name].name.replace(' ', '<br>', 1)}</b>" for name in measured]  # narrow on a phone
    figure = make_subplots(
        1, len(measured), shared_yaxes=True, horizontal_spacing=0.06, subplot_titles=titles,
        figure=frame(90 + 34 * len(table), showlegend=False, margin={"l": 8, "r": 12, "t": 50, "b": 8}),
    )  # fmt: skip
    for column, name in enumerate(measured, start=1):
        bars = go.Bar(
            x=table[name],
            y=[role_name(role) for role in table["role"]],
            orientation="h",
            marker={"color": [role_mark(role).color for role in table["role"]]},
            text=[f"{value:.3f}" if pd.notna(value) else "" for value in table[name]],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=f"{METRICS[name].name}, %{{y}}: %{{x:.3f}}<extra></extra>",
        )
        figure.add_trace(bars, 1, column)
    figure.update_xaxes(range=[0, 1.3], tickvals=[0, 0.5, 1])
    figure.update_yaxes(autorange="reversed")
    own = table.set_index("role").loc["unlearned", measured].dropna()
    return Shown(
        figure,
        table,
        "Compare the unlearned bar with the golds'. CKA is the similarity of the features on test images, from 0 to 1; "
        "the value between golds is the highest to expect. The probe is a logistic regression on the features that "
        "detects the forgotten class: 0.5 is guessing.",
        f"Unlearned: {', '.join(f'{METRICS[name].name} {value:.3f}' for name, value in own.items())}.",
    )
