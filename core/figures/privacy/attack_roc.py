"""The Privacy page: how many members an attack finds at how many false alarms, in every model."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.attack_curves import SHADOW
from core.figures.theme import NEUTRAL, ROLES, Mark, Shown, blank, frame, log_axis, role_mark, role_name
from core.roles import gold_roles, is_gold


def attack_roles(roles: pd.Series) -> list[str]:
    """The roles in an attack's table, each once, as the page shows them: unlearned first."""
    return sorted(set(roles), key=lambda role: (role != SHADOW, role != "unlearned", role != "original", role))


def attack_role_name(role: str) -> str:
    """A role of an attack's table on screen."""
    return "Shadow models" if role == SHADOW else role_name(role)


def attack_roc(rocs: pd.DataFrame) -> Shown:
    """True positive rate (y) against false positive rate (x), both on log scales, one curve per role.

    Args:
        rocs: ``core.analysis.attack_curves.rocs``, of one attack.
    """
    if rocs.empty:
        return blank("There are not two kinds that this attack could tell apart.", rocs)
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
    told = ", ".join(f"{attack_role_name(role)} {value:.0%}" for role, value in strict.items())
    return Shown(
        figure,
        rocs,
        "An attack matters where it is sure: at the left end, with few false alarms. A curve above the dotted line "
        "tells more than guessing would; one above the golds' tells more than there is to tell of a model that never "
        "saw the images.",
        f"True positives at a false positive rate of at most {_strictest(rocs):.1%}: {told}.",
        ("false_positive", "true_positive"),
    )


def _strictest(rocs: pd.DataFrame) -> float:
    """The lowest false positive rate but 0 that every role has, at least 1 %."""
    lowest = rocs[rocs["false_positive"] > 0].groupby("role")["false_positive"].min()
    return max(0.01, float(lowest.max()))


def _curve(part: pd.DataFrame, role: str, low: float, first_gold: bool) -> go.Scatter:
    """Rates of 0 have no place on a log axis and are drawn at half the smallest other."""
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
        hovertemplate=f"{attack_role_name(role)}: %{{y:.1%}} of members at %{{x:.1%}} false alarms<extra></extra>",
    )
