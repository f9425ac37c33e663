"""The Privacy page: ROC curves of a membership attack on every model."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.attack_curves import SHADOW
from core.figures.theme import NEUTRAL, ROLES, Mark, Shown, blank, frame, log_axis, role_mark, role_name
from core.roles import gold_roles, is_gold


def attack_roles(roles: pd.Series) -> list[str]:
    """Roles in an attack's table, each once, in display order: shadow models, unlearned, original, golds."""
    return sorted(set(roles), key=lambda role: (role != SHADOW, role != "unlearned", role != "original", role))


def attack_role_name(role: str) -> str:
    """Display name of a role in an attack's table."""
    return "Shadow models" if role == SHADOW else role_name(role)


def attack_roc(rocs: pd.DataFrame) -> Shown:
    """True positive rate (y) against false positive rate (x), both on log scales, one curve per role.

    Args:
        rocs: ``core.analysis.attack_curves.rocs``, of one attack.
    """
    if rocs.empty:
        return blank("A ROC needs members and non-members; this attack has scores of only one kind.", rocs)
    figure = frame(400, hovermode="closest")
    rates = rocs[["false_positive", "true_positive"]].to_numpy()
    low = rates[rates > 0].min() / 2
    guess = np.geomspace(low, 1, 50)
    dotted = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
    figure.add_trace(go.Scatter(x=guess, y=guess, mode="lines", name="guessing", line=dotted, hoverinfo="skip"))
    golds = gold_roles(attack_roles(rocs["role"]))
    for role in [*golds, *(role for role in reversed(attack_roles(rocs["role"])) if role not in golds)]:
        figure.add_trace(_curve(rocs[rocs["role"] == role], role, low, first_gold=role == next(iter(golds), None)))
    axis = log_axis(low, 1) | {"dtick": 1 if low < 0.005 else "D2", "tickformat": "~%", "showgrid": True}
    figure.update_xaxes(title_text="False positive rate", **axis)
    figure.update_yaxes(title_text="True positive rate", **axis)
    strict = rocs[rocs["false_positive"] <= _strictest(rocs)].groupby("role", sort=False)["true_positive"].max()
    text = ", ".join(f"{attack_role_name(role)} {value:.0%}" for role, value in strict.items())
    return Shown(
        figure,
        rocs,
        "The left end matters most: an attack is a threat if it finds members with few false positives. A curve above "
        "the dotted line is better than guessing. A curve above the golds' shows a leak: golds never saw the images.",
        f"True positives at a false positive rate of at most {_strictest(rocs):.1%}: {text}.",
        ("false_positive", "true_positive"),
    )


def _strictest(rocs: pd.DataFrame) -> float:
    """The lowest non-zero false positive rate that every role reaches, at least 1 %."""
    lowest = rocs[rocs["false_positive"] > 0].groupby("role")["false_positive"].min()
    return max(0.01, float(lowest.max()))


def _curve(part: pd.DataFrame, role: str, low: float, first_gold: bool) -> go.Scatter:
    """The ROC of one role; a rate of 0, which a log axis cannot show, is drawn at half the smallest other rate."""
    gold = is_gold(role)
    mark = Mark(ROLES["unlearned"].color, "diamond", "dash") if role == SHADOW else role_mark(role)
    return go.Scatter(
        x=part["false_positive"].clip(lower=low),
        y=part["true_positive"].clip(lower=low),
        mode="lines",
        name="Golds" if gold else attack_role_name(role),
        legendgroup="gold" if gold else role,
        showlegend=first_gold or not gold,
        line={"color": mark.color, "dash": mark.dash, "width": 1.5 if gold else 2.5, "shape": "hv"},
        hovertemplate=f"{attack_role_name(role)}: %{{y:.1%}} true, %{{x:.1%}} false positives<extra></extra>",
    )
