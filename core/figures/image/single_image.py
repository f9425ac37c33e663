"""One image in every model: the probability of every class, and the sensitivity of every logit."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.figures.theme import FULL, NEUTRAL, TEXT_ON, Shown, frame, log_axis, role_mark, role_name, tints

MAX_CLASSES = 12


def class_probabilities_table(answers: pd.DataFrame, target: int, classes: Sequence[str]) -> pd.DataFrame:
    """One row per class, in the order of the classes, one column per role: probabilities as fractions. Of more than
    ``MAX_CLASSES`` classes the target and those that some model gives most.

    Args:
        answers: role, class, probability.
    """
    wide = answers.pivot(index="class", columns="role", values="probability")[answers["role"].unique()]
    if len(wide) > MAX_CLASSES:
        largest = wide.max(axis=1).sort_values(ascending=False, kind="stable").index
        wide = wide.loc[sorted({target, *largest[: MAX_CLASSES - 1]})]
    return wide.rename(index=dict(enumerate(classes))).rename_axis(columns=None).reset_index()


def class_probabilities(answers: pd.DataFrame, target: int, classes: Sequence[str]) -> Shown:
    """Probability (colour and number) of every class (column) in every model (row); the target's column is framed."""
    table = class_probabilities_table(answers, target, classes)
    names, roles = table["class"].tolist(), list(table.columns[1:])
    shares = table[roles].to_numpy().T
    figure = frame(70 + 30 * len(roles), margin_t=8)
    figure.add_trace(
        go.Heatmap(
            x=names, y=[role_name(role) for role in roles], z=shares, zmin=0, zmax=1, colorscale=tints("original"),
            xgap=2, ygap=2,
            showscale=False, hovertemplate="%{y}: %{x} %{z:.2%}<extra></extra>",
        )
    )  # fmt: skip
    for which, look in ((shares > FULL, {"color": TEXT_ON["original"]}), ((shares >= 0.005) & (shares <= FULL), {})):
        row, column = np.nonzero(which)  # as text of its own; where a cell is not full the page chooses the colour
        figure.add_trace(
            go.Scatter(
                x=[names[n] for n in column], y=[role_name(roles[n]) for n in row], mode="text", textfont=look,
                text=np.char.mod("%.0f", 100 * shares[which]), hoverinfo="skip", showlegend=False,
            )
        )  # fmt: skip
    place = names.index(classes[target])
    edge = {"color": role_mark("unlearned").color, "width": 2}
    figure.add_shape(type="rect", x0=place - 0.5, x1=place + 0.5, y0=-0.5, y1=len(roles) - 0.5, line=edge)
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    figure.update_xaxes(showgrid=False, type="category")
    told = [f"{role_name(role)} {names[int(table[role].argmax())]} {table[role].max():.0%}" for role in roles]
    return Shown(
        figure,
        table,
        f"Probability of every class in percent. Framed: {classes[target]}, the class c of the MU-Mis terms.",
        f"Largest probability: {'; '.join(told)}.",
        tuple(roles),
    )


def logit_norms_table(answers: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """One row per class, one column per role: the norm of the logit's input gradient."""
    wide = answers.pivot(index="class", columns="role", values="norm")[answers["role"].unique()]
    return wide.rename(index=dict(enumerate(classes))).rename_axis(columns=None).reset_index()


def logit_norms(answers: pd.DataFrame, target: int, irrelevant: int, classes: Sequence[str]) -> Shown:
    """Norm of the input gradient (x, log) of the target logit, of the chosen irrelevant one and of all others (small
    marks) in every model (row)."""
    table = logit_norms_table(answers, classes)
    roles = list(table.columns[1:])
    norms = table[roles].to_numpy(dtype=float)
    figure = frame(90 + 34 * len(roles), hovermode="closest")
    rows = [role_name(role) for role in roles]
    others = [n for n in range(len(table)) if n not in (target, irrelevant)]
    drawn = [(others, "other logits", "line-ns-open", 12), ([irrelevant], f"c' = {classes[irrelevant]}", "cross", 11),
             ([target], f"c = {classes[target]}", "hourglass", 13)]  # fmt: skip
    floor = norms[norms > 0].min() if (norms > 0).any() else 1.0
    for which, name, symbol, size in drawn:
        figure.add_trace(
            go.Scatter(
                x=np.maximum(norms[which].T.ravel(), floor),
                y=np.repeat(rows, len(which)),
                mode="markers",
                name=name,
                marker={
                    "symbol": symbol,
                    "size": size,
                    "color": [
                        NEUTRAL if symbol == "line-ns-open" else role_mark(r).color for r in roles for _ in which
                    ],
                },
                customdata=np.tile([classes[n] for n in which], len(roles)),
                hovertemplate="%{y}: %{customdata} %{x:.4g}<extra></extra>",
            )
        )
    figure.update_xaxes(
        title_text="Norm of the input gradient (logit per pixel unit)", **log_axis(floor, norms.max() or 1)
    )
    figure.update_yaxes(autorange="reversed", type="category")
    told = [f"{role_name(role)} {table[role].iloc[target]:.3g}" for role in roles]
    return Shown(
        figure,
        table,
        "How strongly each logit depends on this image's pixels. Training moves the hourglass to the right; forgetting "
        "should bring it back to where gold has it.",
        f"Norm of the logit of {classes[target]}: {'; '.join(told)}.",
    )
