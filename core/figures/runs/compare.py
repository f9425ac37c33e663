"""Comparison of up to eight runs: trajectories, accuracies, and two runs image by image."""

from collections.abc import Mapping, Sequence
from statistics import mean

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.escaping import in_figure
from core.figures.forget.trajectory import HIGHEST, OF_START, accuracy_curves_table, sensitivity_curves_table
from core.figures.theme import (
    LINES,
    NEUTRAL,
    ROLES,
    SPLIT_NAMES,
    SPLITS,
    Mark,
    Shown,
    blank,
    frame,
)
from core.metrics.accuracy import GAP
from core.metrics.catalogue import METRICS, accuracy_keys
from core.results import Result

MAX_RUNS = len(LINES)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
PANELS = {
    **{name: METRICS[name].label for name in GAP},
    "target_norm_of_start": METRICS["target_norm"].name,
    "irrelevant_norm_of_start": METRICS["irrelevant_norm"].label,
}
POINTS = 4000  # images in the scatter plot: the most changed ones


def run_marks(settings: Mapping[str, str]) -> dict[str, Mark]:
    """The mark of every run: runs of one setting share colour and symbol and differ in the dash of their line.

    Args:
        settings: run -> its setting (``core.analysis.run_diff.without_seeds``), at most ``MAX_RUNS`` different ones.
    """
    order = list(dict.fromkeys(settings.values()))
    looks: dict[str, Mark] = {}
    for run, setting in settings.items():
        base, before = LINES[order.index(setting)], sum(settings[other] == setting for other in looks)
        looks[run] = Mark(base.color, base.symbol, DASHES[before % len(DASHES)])
    return looks


def run_curves_table(trajectories: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per run and measured step: run, step, FA, RA, TA (fractions), target_norm_of_start
    and irrelevant_norm_of_start."""
    parts = []
    for run, trajectory in trajectories.items():
        measured = accuracy_curves_table(trajectory).merge(
            sensitivity_curves_table(trajectory)[["step", *OF_START]], on="step", how="outer"
        )
        measured.insert(0, "run", run)
        parts.append(measured)
    return pd.concat(parts, ignore_index=True)


def run_curves(trajectories: Mapping[str, pd.DataFrame], marks: Mapping[str, Mark]) -> Shown:
    """FA, RA, TA and both norms (relative to their start) against the step: one panel each, one line per run. The large
    marker is the step where the run stopped.

    Args:
        trajectories: run -> its ``trajectory.parquet``.
        marks: from ``run_marks``.
    """
    table = run_curves_table(trajectories)
    shown = [name for name in PANELS if table[name].notna().any()]
    if not shown:
        return blank("None of these runs has measured steps.", table)
    figure = make_subplots(
        len(shown),
        1,
        shared_xaxes=True,
        vertical_spacing=0.03,
        figure=frame(60 + 140 * len(shown), hovermode="closest"),
    )
    for row, name in enumerate(shown, start=1):
        for run, mark in marks.items():
            part = table[(table["run"] == run) & table[name].notna()]
            if len(part):
                figure.add_trace(_curve(part, name, run, mark, first=row == 1), row=row, col=1)
        accuracy = name in GAP
        top = 1.05 if accuracy else 1.08 * min(HIGHEST, table[name].max())
        figure.update_yaxes(title_text=PANELS[name], tickformat=".0%", range=[-0.05, top], row=row)
    figure.update_xaxes(title_text="Step", row=len(shown))
    steps = table.groupby("run")["step"].max()
    return Shown(
        figure,
        table,
        "One line per run, one colour per setting; runs that differ only in seeds have different dashes. The large "
        "marker is the step where a run stopped. Click a run in the legend to hide it, double-click to show only it.",
        "Trajectories of " + ", ".join(f"{run} over {steps[run]} steps" for run in marks if run in steps) + ".",
        tuple(shown),
    )


def _curve(part: pd.DataFrame, name: str, run: str, mark: Mark, first: bool) -> go.Scatter:
    size = np.where(np.arange(len(part)) == len(part) - 1, 13, 0)
    return go.Scatter(
        x=part["step"], y=part[name], name=run, legendgroup=run, showlegend=first, mode="lines+markers",
        line={"color": mark.color, "dash": mark.dash, "width": 2},
        marker={"color": mark.color, "symbol": mark.symbol, "size": size, "opacity": 1, "line": {"width": 0}},
        hovertemplate=f"{run}, step %{{x}}: %{{y:.1%}}<extra></extra>",
    )  # fmt: skip


def run_accuracies_table(results: Mapping[str, Result]) -> pd.DataFrame:
    """One row per run: run, FA, RA, TA, FA_test, RA_test of the unlearned model and of its mean gold (names with the
    prefix ``gold_``), gap (average, to the mean gold) and floor (gold spread). Fractions, null if not defined."""
    rows = []
    for run, result in results.items():
        golds = list(result.golds.values())
        row = {"run": run, **{name: result.unlearned.get(name) for name in accuracy_keys()}}
        for name in accuracy_keys():
            known = [value for gold in golds if (value := gold.get(name)) is not None]
            row[f"gold_{name}"] = mean(known) if known else None
        row["gap"] = result.gap
        row["floor"] = result.gold_spread
        rows.append(row)
    table = pd.DataFrame(rows)
    return table.astype(dict.fromkeys(table.columns[1:], float))


def run_accuracies(results: Mapping[str, Result], marks: Mapping[str, Mark]) -> Shown:
    """Accuracies of every run's unlearned model (x, percent), one row per metric (y) with one lane per run. The star is
    the run's own mean gold, joined by a line.

    Args:
        results: run -> its ``result.json``.
        marks: from ``run_marks``.
    """
    table = run_accuracies_table(results)
    shown = [name for name in accuracy_keys() if table[name].notna().any()]
    height = len(results) + 1  # lanes in a row of the figure
    figure = frame(80 + 15 * height * len(shown), hovermode="closest")
    middles = []
    for row, name in enumerate(shown):
        lanes = -(row * height + np.arange(len(table)))
        middles.append(float(lanes.mean()))
        gold = table[f"gold_{name}"]
        figure.add_trace(_joined(table[name], gold, lanes))
        for lane, (run, mark) in zip(lanes.tolist(), marks.items(), strict=True):
            figure.add_trace(_dot(table.loc[table["run"] == run, name], lane, run, mark, first=row == 0))
        figure.add_trace(_stars(gold, lanes, table["run"], first=row == 0))
        if row:
            figure.add_hline(lanes[0] + 1, line={"color": NEUTRAL, "width": 1}, opacity=0.3)
    figure.update_yaxes(tickvals=middles, ticktext=shown, showgrid=False, zeroline=False)
    figure.update_xaxes(title_text="Accuracy", tickformat=".0%", range=[-0.03, 1.03], showgrid=True)
    nearest = table.loc[table["gap"].idxmin(), "run"] if table["gap"].notna().any() else None
    return Shown(
        figure,
        table,
        "A good run has its marker on the star, its own mean gold; the line between them is the gap. Runs of different "
        "requests have different golds.",
        f"Accuracies of {len(table)} runs" + (f"; {nearest} is closest to its mean gold." if nearest else "."),
        tuple(table.columns[1:]),
    )


def _joined(values: pd.Series, golds: pd.Series, lanes: np.ndarray) -> go.Scatter:
    xs = [x for pair in zip(values, golds, strict=True) for x in (*pair, None)]
    ys = [y for lane in lanes.tolist() for y in (lane, lane, None)]
    return go.Scatter(x=xs, y=ys, mode="lines", line={"color": NEUTRAL, "width": 2}, opacity=0.6, showlegend=False,
                      hoverinfo="skip")  # fmt: skip


def _dot(value: pd.Series, lane: int, run: str, mark: Mark, first: bool) -> go.Scatter:
    return go.Scatter(
        x=value, y=[lane], mode="markers", name=run, legendgroup=run, showlegend=first,
        marker={"color": mark.color, "symbol": mark.symbol, "size": 11},
        hovertemplate=f"{run}: %{{x:.1%}}<extra></extra>",
    )  # fmt: skip


def _stars(golds: pd.Series, lanes: np.ndarray, runs: pd.Series, first: bool) -> go.Scatter:
    gold = ROLES["gold"]
    return go.Scatter(
        x=golds, y=lanes, mode="markers", name="Mean gold", legendgroup="gold", showlegend=first, hovertext=runs,
        marker={"color": gold.color, "symbol": gold.symbol, "size": 9},
        hovertemplate="Mean gold of %{hovertext}: %{x:.1%}<extra></extra>",
    )  # fmt: skip


def two_runs(differences: pd.DataFrame, classes: Sequence[str], runs: tuple[str, str]) -> Shown:
    """Scatter plot: every image's probability of the label in one run (x) and in another one (y), by split. Points are
    larger if the prediction differs.

    Args:
        differences: from ``core.analysis.run_diff.image_differences``; the ``POINTS`` most changed images are drawn.
        classes: names by label.
        runs: names of the two runs.
    """
    if differences.empty:
        return blank("There are no images to compare.", differences)
    names = [*map(in_figure, classes)]
    drawn, figure = differences.head(POINTS), frame(440, hovermode="closest")
    line = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
    figure.add_shape(type="line", x0=0, y0=0, x1=1, y1=1, line=line)
    for split, part in drawn.groupby("split_1"):
        mark = SPLITS.get(split, SPLITS["pool"])
        text = [
            f"image {row.index}, {names[row.label]}: {names[row.prediction_1]} → {names[row.prediction_2]}"
            for row in part.itertuples(index=False)
        ]
        figure.add_trace(
            go.Scatter(
                x=part["probability_1"], y=part["probability_2"], mode="markers",
                name=SPLIT_NAMES[split], customdata=part["index"], hovertext=text,
                marker={"color": mark.color, "symbol": mark.symbol, "size": np.where(part["flipped"], 9, 5),
                        "opacity": 0.7},
                hovertemplate="%{hovertext}<br>%{x:.1%} → %{y:.1%}<extra></extra>",
            )
        )  # fmt: skip
    first, second = runs
    room = {"tickformat": ".0%", "range": [-0.03, 1.03]}
    figure.update_xaxes(title_text=f"Probability of the label in {first}", **room)
    figure.update_yaxes(title_text=f"in {second}", **room)
    flipped = int(differences["flipped"].sum())
    return Shown(
        figure,
        drawn,
        f"On the dotted line both models give the label the same probability. Above it {second} gives more, below it "
        f"{first}. Large points: the prediction differs."
        + (f" Only the {POINTS} most changed images are drawn." if len(differences) > POINTS else ""),
        f"{flipped} of {len(differences)} images have different predictions in {first} and {second}.",
        ("probability_1", "probability_2"),
    )
