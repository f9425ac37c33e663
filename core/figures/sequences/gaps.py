"""The Sequences page: how far methods are from gold after every request, and whether what was forgotten comes back."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from core.analysis.method_comparison import ROUNDING
from core.analysis.sequences import largest_return
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
    cut_short,
    frame,
    points_text,
    role_name,
    tints,
)
from core.metrics.catalogue import METRICS, SHARE
from core.roles import gold_roles
from core.specs import short

HOW_TO_READ = {
    "gap": "FA, RA and TA against gold models that were retrained without everything forgotten so far. A rising "
    "line: the damage adds up.",
    "kl": "How far the answers on the images of the step's own request are from gold's, in nats.",
    "resilience": "On the images of the requests before this step: how far the accuracy is from gold's, as a mean over "
    "the requests. A rising line: what was forgotten comes back, or sinks further than retraining lets it.",
}
BARS = " In the golden bars a method is no further from gold than golds are from each other."
ROW = 36  # pixels
MIN_HEIGHT = 0.02  # of a gap's axis: nothing is drawn large that is hardly there
LONGEST = 16  # letters of a request's name beside a figure


def sequence_gap_table(steps: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Columns method, step, request, the metric, its floor, run.

    Args:
        steps: ``core.analysis.sequences.sequence_steps`` of every method, with its title as ``method``.
        metric: gap, kl or resilience.
    """
    return steps[["method", "step", "request", metric, f"{metric}_floor", "run"]].reset_index(drop=True)


def sequence_gap(steps: pd.DataFrame, metric: str) -> Shown:
    """A gap to gold (y) after every step (x), a line per method, over what a gold is away from other golds.

    Args:
        steps, metric: as in ``sequence_gap_table``.
    """
    table = sequence_gap_table(steps, metric)
    about = METRICS[metric]
    fractions = (metric, f"{metric}_floor") if about.unit == SHARE else ()
    known = table.dropna(subset=metric)
    if known.empty:
        late = metric == "resilience" and steps["gap"].notna().any()
        return blank("The second request is the first that has one before it." if late else NO_GOLD, table)
    figure = frame(340, hovermode="x unified")
    floors = known.drop_duplicates("step").dropna(subset=f"{metric}_floor")  # of the golds, which methods share
    if len(floors):
        figure.add_trace(_floor_bars(floors, metric, about.number))
    for method, mark in zip(steps["method"].unique(), LINES, strict=False):
        figure.add_trace(_line(known[known["method"] == method], metric, method, mark, about.number))
    requests = steps.drop_duplicates("step")
    figure.update_xaxes(
        title_text="After request", tickvals=requests["step"], showgrid=False,
        ticktext=[f"{step}<br>{request_name(text)}" for step, text in requests[["step", "request"]].to_numpy()],
        range=[0.5, requests["step"].max() + 0.5],
    )  # fmt: skip
    highest = max(known[[metric, f"{metric}_floor"]].max(axis=None), MIN_HEIGHT)
    figure.update_yaxes(title_text=about.name, range=[-0.03 * highest, 1.1 * highest],
                        tickformat="~%" if fractions else None)  # fmt: skip
    last = known[known["step"] == known["step"].max()]
    told = ", ".join(f"{row.method} {getattr(row, metric):{about.number}}" for row in last.itertuples())
    return Shown(
        figure,
        table,
        HOW_TO_READ[metric] + (BARS if len(floors) else ""),
        f"{about.name} after request {last['step'].iloc[0]}: {told}.",
        fractions,
    )


def sequence_matrix_table(accuracies: pd.DataFrame, requests: Sequence[str]) -> pd.DataFrame:
    """One row per step and request: step (0: the original), request (its text), asked (by this step), unlearned, gold
    (mean), difference, spread (of the golds, null for fewer than two).

    Args:
        accuracies: ``core.analysis.sequences.request_accuracies`` of one method.
        requests: the text of every request, in turn.
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
    """Accuracy on the images of every request (y) after every step (x); left of the thick line it is not asked for yet.

    Args:
        accuracies, requests: as in ``sequence_matrix_table``.
        role: ``unlearned`` or ``gold`` (the mean).
    """
    table = sequence_matrix_table(accuracies, requests)
    cells = table.dropna(subset=role)
    if cells.empty:
        return blank(NO_GOLD, table)
    names = [request_name(text) for text in requests]
    steps = sorted(table["step"].unique())
    figure = frame(90 + ROW * len(names), hovermode="closest", showlegend=False)
    rows = cells["request"].map({text: place for place, text in enumerate(requests)})
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
    told = ", ".join(f"{request_name(row.request)} {getattr(row, role):.0%}" for row in last.itertuples())
    return Shown(
        figure,
        table,
        "A row is a request's images, a column the model after so many requests. Right of the thick line they are "
        "forgotten: a row whose numbers rise again comes back."
        + (" Bold: further from gold than golds are from each other." if apart else ""),
        f"{role_name(role)} after {last['step'].iloc[0]} requests, accuracy on the images of each: {told}.",
        ("unlearned", "gold", "difference", "spread"),
    )


def sequence_verdict(steps: pd.DataFrame, accuracies: pd.DataFrame) -> str:
    """In a sentence or two: where a method stands after its last step, and what came back.

    Args:
        steps: ``sequence_steps`` of one method.
        accuracies: its ``request_accuracies``.
    """
    last = steps.iloc[-1]
    told = [f"Average gap **{last['gap']:.2%}**{_against(last, 'gap')}"] if pd.notna(last["gap"]) else []
    if pd.notna(last["resilience"]):
        told.append(f"on the earlier requests **{last['resilience']:.2%}** from gold{_against(last, 'resilience')}")
    text = f"{'; '.join(told)}. " if told else "No gold model says what the accuracies should be. "
    if last["step"] == 1:
        return text.strip()
    back = largest_return(accuracies)
    if back is None:
        return f"{text}No earlier request is recognised more often than right after its own step."
    gold = "" if back.gold is None else f" (gold {back.gold:.0%})"
    name = request_name(steps["request"].iloc[back.request - 1])
    return f"{text}What rose most is {name}: {back.then:.0%} right after its step, now {back.now:.0%}{gold}."


def request_name(text: str) -> str:
    """A request as short as it can be told beside a figure: ``class=bear`` is "bear", ``class=3`` "class 3"."""
    kind, _, rest = text.partition("=")
    named = kind.endswith("class") and not rest[:1].isdigit() and "+" not in text
    return cut_short(rest if named else text.replace("=", " "), LONGEST)


def _against(step: pd.Series, metric: str) -> str:
    floor = step[f"{metric}_floor"]
    if pd.isna(floor):
        return ""
    return f", {'within' if step[metric] <= floor + ROUNDING else 'more than'} the {floor:.2%} between golds"


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
        hovertext=[_told(cell) for cell in cells.itertuples()], hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip


def _told(cell: tuple) -> str:
    head = f"{short(cell.request)}<br>after {cell.step} request{'s' * (cell.step != 1)}: {cell.unlearned:.1%}"
    if pd.isna(cell.gold):
        return head
    return f"{head}<br>gold {cell.gold:.1%}, difference {points_text(cell.difference)}"


def _stair(count: int) -> str:
    """The line between what is not asked for yet and what is: a step down after every request."""
    corners = [corner for n in range(count) for corner in (f"{n + 0.5},{n - 0.5}", f"{n + 0.5},{n + 0.5}")]
    return f"M {' L '.join(corners)}"
