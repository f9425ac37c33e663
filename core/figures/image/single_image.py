"""One image in every model: the probability of every class, and the sensitivity of every logit."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.escaping import in_figure
from core.figures.many_classes import cut_sentence, drawn_classes
from core.figures.theme import FULL, NEUTRAL, TEXT_ON, Shown, frame, log_axis, role_mark, role_name, tints

MAX_CLASSES = 12
MAX_OTHERS = 100  # small marks in a row


def class_probabilities_table(answers: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """One row per class, in the order of the classes, one column per role: probabilities as fractions.

    Args:
        answers: role, class, probability.
    """
    wide = answers.pivot(index="class", columns="role", values="probability")[answers["role"].unique()]
    return wide.rename(index=dict(enumerate(classes))).rename_axis(columns=None).reset_index()


def class_probabilities(answers: pd.DataFrame, target: int, classes: Sequence[str]) -> Shown:
    """Probability (colour and number) of every class (column) in every model (row); the target's column is framed.

    Above ``MAX_CLASSES`` classes the target and those that some model gives most are drawn; the table has all.
    """
    table = class_probabilities_table(answers, classes)
    roles = list(table.columns[1:])
    framed = table.index.to_series() == target
    drawn = table.loc[drawn_classes(framed, table[roles].max(axis=1), MAX_CLASSES, MAX_CLASSES - 1)]
    names, shares = drawn["class"].map(in_figure).tolist(), drawn[roles].to_numpy().T
    figure = frame(70 + 30 * len(roles), margin_t=8)
    figure.add_trace(
        go.Heatmap(
            x=names, y=[role_name(role) for role in roles], z=shares, zmin=0, zmax=1, colorscale=tints("original"),
            xgap=2, ygap=2,
            showscale=False, hovertemplate="%{y}: %{x} %{z:.2%}<extra></extra>",
        )
    )  # fmt: skip
    for which, look in ((shares > FULL, {"color": TEXT_ON["original"]}), ((shares >= 0.005) & (shares <= FULL), {})):
        row, column = np.nonzero(which)  # a text trace; on pale cells the page sets its colour
        figure.add_trace(
            go.Scatter(
                x=[names[n] for n in column], y=[role_name(roles[n]) for n in row], mode="text", textfont=look,
                text=np.char.mod("%.0f", 100 * shares[which]), hoverinfo="skip", showlegend=False,
            )
        )  # fmt: skip
    column = names.index(in_figure(classes[target]))
    edge = {"color": role_mark("unlearned").color, "width": 2}
    figure.add_shape(type="rect", x0=column - 0.5, x1=column + 0.5, y0=-0.5, y1=len(roles) - 0.5, line=edge)
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    figure.update_xaxes(showgrid=False, type="category")
    text = [f"{role_name(role)} {classes[int(table[role].argmax())]} {table[role].max():.0%}" for role in roles]
    return Shown(
        figure,
        table,
        f"Probability of every class, in percent. Framed: {classes[target]}, the class c of the MU-Mis terms."
        + cut_sentence(len(drawn), len(table), "c and the most probable ones"),
        f"Largest probability: {'; '.join(text)}.",
        tuple(roles),
    )


def logit_norms_table(answers: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """One row per class, one column per role: norm of the logit's input gradient."""
    wide = answers.pivot(index="class", columns="role", values="norm")[answers["role"].unique()]
    return wide.rename(index=dict(enumerate(classes))).rename_axis(columns=None).reset_index()


def logit_norms(answers: pd.DataFrame, target: int, irrelevant: int, classes: Sequence[str]) -> Shown:
    """Norm of the input gradient (x, log scale) of the target logit, of one irrelevant logit and of the others (small
    marks; of many, an evenly spaced part of their ranking), in every model (row)."""
    table = logit_norms_table(answers, classes)
    roles = list(table.columns[1:])
    norms = table[roles].to_numpy(dtype=float)
    figure = frame(90 + 34 * len(roles), hovermode="closest")
    others = np.setdiff1d(np.arange(len(table)), (target, irrelevant))
    floor = norms[norms > 0].min() if (norms > 0).any() else 1.0
    for name, symbol, size, each in (
        ("other logits", "line-ns-open", 12, [_evenly(others, one) for one in norms.T]),
        (f"c' = {classes[irrelevant]}", "cross", 11, [np.array([irrelevant])] * len(roles)),
        (f"c = {classes[target]}", "hourglass", 13, [np.array([target])] * len(roles)),
    ):
        cells = [(row, n) for row, which in enumerate(each) for n in which]
        colors = [NEUTRAL if symbol == "line-ns-open" else role_mark(roles[row]).color for row, _ in cells]
        figure.add_trace(
            go.Scatter(
                x=[max(norms[n, row], floor) for row, n in cells],
                y=[role_name(roles[row]) for row, _ in cells],
                mode="markers",
                name=in_figure(name),
                marker={"symbol": symbol, "size": size, "color": colors},
                customdata=[in_figure(classes[n]) for _, n in cells],
                hovertemplate="%{y}: %{customdata} %{x:.4g}<extra></extra>",
            )
        )
    figure.update_xaxes(
        title_text="Norm of the input gradient (logit per pixel unit)", **log_axis(floor, norms.max() or 1)
    )
    figure.update_yaxes(autorange="reversed", type="category")
    text = [f"{role_name(role)} {table[role].iloc[target]:.3g}" for role in roles]
    return Shown(
        figure,
        table,
        "How strongly each logit depends on the pixels of this image. Training moves the hourglass (target logit) to "
        "the right; unlearning should move it back to gold's position." + _thinned(len(others)),
        f"Norm of the logit of {classes[target]}: {'; '.join(text)}.",
    )


def _evenly(others: np.ndarray, norms: np.ndarray) -> np.ndarray:
    """At most ``MAX_OTHERS`` of these classes, evenly from the smallest norm to the largest."""
    if len(others) <= MAX_OTHERS:
        return others
    ranked = others[norms[others].argsort(kind="stable")]
    return ranked[np.linspace(0, len(ranked) - 1, MAX_OTHERS).round().astype(int)]


def _thinned(others: int) -> str:
    if others <= MAX_OTHERS:
        return ""
    return (
        f" Of the {others:,} other logits {MAX_OTHERS} are drawn, evenly from the smallest to the largest norm; the "
        "table has all."
    )
