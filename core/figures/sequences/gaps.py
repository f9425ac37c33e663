"""The Sequences page: gaps to gold after every request, and relapse of forgotten requests."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.analysis.method_comparison import ROUNDING
from core.analysis.sequences import largest_relapse
from core.escaping import in_figure, in_markdown
from core.figures.gold_comparison.method_rows import NO_GOLD
from core.figures.theme import (
    FULL,
    LINES,
    NEUTRAL,
    ROLES,
    TEXT_ON,
    Mark,
    Shown,
    blank,
    frame,
    points_text,
    role_name,
    shortened,
    tints,
)
from core.metrics.catalogue import METRICS
from core.metrics.metric import SHARE
from core.roles import gold_roles
from core.specs import short

HOW_TO_READ = {
    "gap": "FA, RA and TA compared with gold models, retrained without everything forgotten so far. A rising line: the "
    "damage accumulates.",
    "kl": "Divergence of the outputs from gold's on the images of the step's own request, in nats.",
    "resilience": "Difference to gold's accuracy on the images of each earlier request, as a mean over these requests. "
    "A rising line: forgotten images are recognised again, or their accuracy falls below gold's.",
}
BARS = " Golden bars: how much golds differ from each other; within them a gap is noise."
ROW = 36  # pixels
MIN_HEIGHT = 0.02  # of a gap's axis: tiny gaps must look tiny
LONGEST = 16  # characters of a request's name in a figure


def sequence_gap_table(steps: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One row per method and step: method, step, request, the metric, its noise floor, run.

    Args:
        steps: ``core.analysis.sequences.sequence_steps`` of every method, with a column ``method`` (its title).
        metric: gap, kl or resilience.
    """
    return steps[["method", "step", "request", metric, f"{metric}_floor", "run"]].reset_index(drop=True)


def sequence_gap(steps: pd.DataFrame, metric: str) -> Shown:
    """A gap to gold (y) after every step (x), one line per method, over bars of the noise floor.

    Args:
        steps, metric: as in ``sequence_gap_table``.
    """
    table = sequence_gap_table(steps, metric)
    about = METRICS[metric]
    fractions = (metric, f"{metric}_floor") if about.unit == SHARE else ()
    known = table.dropna(subset=metric)
    if known.empty:
        late = metric == "resilience" and steps["gap"].notna().any()
        return blank("This gap is defined from the second request on." if late else NO_GOLD, table)
    figure = frame(340, hovermode="x unified")
    floors = known.drop_duplicates("step").dropna(subset=f"{metric}_floor")  # methods share their golds
    if len(floors):
        figure.add_trace(_floor_bars(floors, metric, about.number))
    for method, mark in zip(steps["method"].unique(), LINES, strict=False):
        figure.add_trace(_line(known[known["method"] == method], metric, method, mark, about.number))
    requests = steps.drop_duplicates("step")
    names = requests["request"].map(request_name).map(in_figure)
    figure.update_xaxes(
        title_text="After request", tickvals=requests["step"], showgrid=False,
        ticktext=[f"{step}<br>{name}" for step, name in zip(requests["step"], names, strict=True)],
        range=[0.5, requests["step"].max() + 0.5],
    )  # fmt: skip
    highest = max(known[[metric, f"{metric}_floor"]].max(axis=None), MIN_HEIGHT)
    figure.update_yaxes(title_text=about.name, range=[-0.03 * highest, 1.1 * highest],
                        tickformat="~%" if fractions else None)  # fmt: skip
    last = known[known["step"] == known["step"].max()]
    text = ", ".join(f"{row.method} {getattr(row, metric):{about.number}}" for row in last.itertuples())
    return Shown(
        figure,
        table,
        HOW_TO_READ[metric] + (BARS if len(floors) else ""),
        f"{about.name} after request {last['step'].iloc[0]}: {text}.",
        fractions,
    )


def sequence_matrix_table(accuracies: pd.DataFrame, requests: Sequence[str]) -> pd.DataFrame:
    """One row per step and request: step (0: the original), request (its text), asked (requested by this step),
    unlearned, gold (mean), difference, spread (of the golds, null for fewer than two).

    Args:
        accuracies: ``core.analysis.sequences.request_accuracies`` of one method.
        requests: the text of every request, in order.
    """
    wide = accuracies.assign(role=accuracies["role"].replace("original", "unlearned")).pivot(
        index=["step", "request"], columns="role", values="accuracy"
    )
    golds = wide[gold_roles(wide)]
    apart = [(golds[gold] - golds.drop(columns=gold).mean(axis=1)).abs() for gold in golds]
    spread = pd.concat(apart, axis=1).mean(axis=1) if apart else float("nan")
    table = wide[["unlearned"]].assign(gold=golds.mean(axis=1), spread=spread).reset_index()
    return table.assign(
        asked=table["request"] <= table["step"],
        request=[requests[number - 1] for number in table["request"]],
        difference=table["unlearned"] - table["gold"],
    )[["step", "request", "asked", "unlearned", "gold", "difference", "spread"]]


def sequence_matrix(accuracies: pd.DataFrame, requests: Sequence[str], role: str) -> Shown:
    """Accuracy on the images of every request (y) after every step (x); right of the thick line they are forgotten.

    Args:
        accuracies, requests: as in ``sequence_matrix_table``.
        role: ``unlearned`` or ``gold`` (the mean).
    """
    table = sequence_matrix_table(accuracies, requests)
    cells = table.dropna(subset=role)
    if cells.empty:
        return blank(NO_GOLD, table)
    names = [in_figure(request_name(text)) for text in requests]
    steps = sorted(table["step"].unique())
    figure = frame(90 + ROW * len(names), hovermode="closest", showlegend=False)
    rows = cells["request"].map({text: row for row, text in enumerate(requests)})
    figure.add_trace(_tints(cells, rows, role))
    full = cells[role] > FULL
    figure.add_trace(_numbers(cells[full], rows[full], role, {"color": TEXT_ON[role]}))
    figure.add_trace(_numbers(cells[~full], rows[~full], role, {}))
    figure.add_shape(type="path", path=_stair(len(names)), line={"color": NEUTRAL, "width": 3})
    figure.update_xaxes(
        title_text="After request", side="top", tickvals=steps, ticktext=[step or "none" for step in steps],
        range=[-0.5, len(names) + 0.5], showgrid=False, zeroline=False, fixedrange=True, ticklen=0,
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, range=[len(names) - 0.5, -0.5], showgrid=False,
        zeroline=False, fixedrange=True, ticklen=0,
    )  # fmt: skip
    figure.update_layout(margin_t=56)
    apart = role == "unlearned" and cells["spread"].notna().any()
    last = cells[cells["step"] == cells["step"].max()]
    text = ", ".join(f"{request_name(row.request)} {getattr(row, role):.0%}" for row in last.itertuples())
    return Shown(
        figure,
        table,
        "One row per request (accuracy on its images), one column per step. Right of the thick line the request is "
        "forgotten; numbers that rise again there are a relapse."
        + (" Bold: the difference to gold is larger than the differences between golds." if apart else ""),
        f"{role_name(role)} after {last['step'].iloc[0]} requests, accuracy on the images of each: {text}.",
        ("unlearned", "gold", "difference", "spread"),
    )


def sequence_summary(steps: pd.DataFrame, accuracies: pd.DataFrame) -> str:
    """One or two sentences: a method's gaps after its last step, and its largest relapse.

    Args:
        steps: ``sequence_steps`` of one method.
        accuracies: its ``request_accuracies``.
    """
    last = steps.iloc[-1]
    parts = [f"Average gap: {_against_gold(last, 'gap')}"] if pd.notna(last["gap"]) else []
    if pd.notna(last["resilience"]):
        parts.append(f"Earlier requests: {_against_gold(last, 'resilience')}")
    text = "".join(f"{part}. " for part in parts) or "There is no gold model to compare with. "
    if last["step"] == 1:
        return text.strip()
    relapse = largest_relapse(accuracies)
    if relapse is None:
        return f"{text}No relapse: no earlier request has a higher accuracy than right after its own step."
    gold = "" if relapse.gold is None else f" (gold {relapse.gold:.0%})"
    name = in_markdown(request_name(steps["request"].iloc[relapse.request - 1]))
    return f"{text}Largest relapse: {name}, {relapse.then:.0%} right after its step → {relapse.now:.0%} now{gold}."


def request_name(text: str) -> str:
    """Short name of a request for figures: ``class=bear`` is "bear", ``class=3`` is "class 3"."""
    kind, _, rest = text.partition("=")
    named = kind.endswith("class") and not rest[:1].isdigit() and "+" not in text
    return shortened(rest if named else text.replace("=", " "), LONGEST)


def _against_gold(step: pd.Series, metric: str) -> str:
    text, floor = f"**{100 * step[metric]:.2f} points** from gold", step[f"{metric}_floor"]
    return text if pd.isna(floor) else f"{text}; golds differ by {100 * floor:.2f}"


def _floor_bars(floors: pd.DataFrame, metric: str, number: str) -> go.Bar:
    return go.Bar(
        x=floors["step"], y=floors[f"{metric}_floor"], width=0.9, name="Gold spread",
        marker={"color": ROLES["gold"].color, "opacity": 0.3, "line": {"width": 0}},
        hovertemplate=f"%{{y:{number}}}",
    )  # fmt: skip


def _line(part: pd.DataFrame, metric: str, method: str, mark: Mark, number: str) -> go.Scatter:
    return go.Scatter(
        x=part["step"], y=part[metric], mode="lines+markers", name=method,
        line={"color": mark.color, "dash": mark.dash, "width": 2}, marker={"symbol": mark.symbol, "size": 10},
        hovertemplate=f"%{{y:{number}}}",
    )  # fmt: skip


def _tints(cells: pd.DataFrame, rows: pd.Series, role: str) -> go.Heatmap:
    return go.Heatmap(x=cells["step"], y=rows, z=cells[role], zmin=0, zmax=1, colorscale=tints(role), showscale=False,
                      hoverinfo="skip", xgap=2, ygap=2)  # fmt: skip


def _numbers(cells: pd.DataFrame, rows: pd.Series, role: str, look: dict[str, str]) -> go.Scatter:
    texts = [f"{value:.0%}" for value in cells[role]]
    if role == "unlearned":
        apart = cells["difference"].abs() > cells["spread"] + ROUNDING
        texts = [f"<b>{text}</b>" if bold else text for text, bold in zip(texts, apart, strict=True)]
    return go.Scatter(
        x=cells["step"], y=rows, mode="markers+text", text=texts, textfont={"size": 13, **look},
        marker={"symbol": "square", "size": ROW - 4, "color": "rgba(0,0,0,0)"},
        hovertext=[_hover_text(cell) for cell in cells.to_dict("records")], hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip


def _hover_text(cell: dict[str, Any]) -> str:
    step, gold = cell["step"], cell["gold"]
    head = f"{in_figure(short(cell['request']))}<br>after {step} request{'s' * (step != 1)}: {cell['unlearned']:.1%}"
    if pd.isna(gold):
        return head
    return f"{head}<br>gold {gold:.1%}, difference {points_text(cell['difference'])}"


def _stair(count: int) -> str:
    """SVG path of the stairs between requests to come (left) and forgotten requests (right)."""
    corners = [corner for n in range(count) for corner in (f"{n + 0.5},{n - 0.5}", f"{n + 0.5},{n + 0.5}")]
    return f"M {' L '.join(corners)}"
