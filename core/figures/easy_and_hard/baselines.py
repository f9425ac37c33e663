"""The Easy and hard page: TMU's prediction against simpler baselines."""

import pandas as pd
import plotly.graph_objects as go

from core.figures.theme import NEUTRAL, ROLES, Shown, frame

BASELINE_NAMES = {
    "TMU": "<b>TMU</b>",
    "class accuracy": "accuracy of the class",
    "NF": "NF alone",
    "AF": "AF alone",
    "CF": "CF alone",
    "short proxies": "short trainings as proxies of gold",
}


def baseline_comparison_table(baselines: pd.DataFrame, golds: float | None) -> pd.DataFrame:
    """``core.metrics.easy_hard.compare_baselines`` with ``of_golds``, the AUC as a fraction of the golds' own."""
    return baselines.assign(of_golds=baselines["auc"] / golds if golds else float("nan"))


def baseline_comparison(baselines: pd.DataFrame, golds: float | None) -> Shown:
    """AUC for *hard* (x) of TMU and every baseline (y) with 95 % intervals; lines at guessing and at the golds' own.

    Args:
        baselines: ``core.metrics.easy_hard.compare_baselines``.
        golds: ``core.metrics.easy_hard.gold_auc``; None for fewer than two golds.
    """
    table = baseline_comparison_table(baselines, golds)
    figure = frame(80 + 36 * len(table), showlegend=False, hovermode="closest")
    names = [BASELINE_NAMES.get(baseline, baseline) for baseline in table["baseline"]]
    first = [baseline == table["baseline"][0] for baseline in table["baseline"]]
    figure.add_trace(
        go.Scatter(
            x=table["auc"],
            y=names,
            mode="markers",
            marker={
                "color": [ROLES["unlearned"].color if own else NEUTRAL for own in first],
                "symbol": [ROLES["unlearned"].symbol if own else "circle" for own in first],
                "size": [15 if own else 11 for own in first],
            },
            error_x={
                "array": table["high"] - table["auc"],
                "arrayminus": table["auc"] - table["low"],
                "color": NEUTRAL,
                "thickness": 2,
                "width": 5,
            },
            customdata=table[["low", "high"]],
            hovertemplate="%{y}: %{x:.3f} (95 %: %{customdata[0]:.3f} to %{customdata[1]:.3f})<extra></extra>",
        )
    )
    _line(figure, 0.5, "guessing", NEUTRAL)
    if golds:
        _line(figure, golds, "other golds", ROLES["gold"].color)
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title_text="AUC for hard", range=[min(0.45, table["low"].min() - 0.03), 1.03])
    text = ", ".join(f"{row.baseline} {row.auc:.2f}" for row in table.itertuples())
    return Shown(
        figure,
        table,
        "AUC: take one image that gold classifies right and one that it classifies wrong; how often does the wrong one "
        "have the higher score? Bars are 95 % bootstrap intervals over these images. Other golds: how well the mean "
        "probability of the other golds predicts each gold; with few golds it is low, and a predictor may exceed it.",
        f"AUC for hard: {text}.",
        ("of_golds",),
    )


def _line(figure: go.Figure, x: float, text: str, color: str) -> None:
    label = {"text": text, "font": {"color": color, "size": 12}, "yanchor": "bottom", "xanchor": "center", "y": 1}
    figure.add_vline(x, line={"color": color, "dash": "dot", "width": 2}, annotation=label)


def baseline_sentence(baselines: pd.DataFrame) -> str:
    """One sentence: does TMU beat the best simpler baseline?"""
    own = baselines.iloc[0]
    best = baselines.iloc[1:].sort_values("auc", ascending=False, kind="stable").iloc[0]
    name = BASELINE_NAMES.get(best["baseline"], best["baseline"])
    apart = best["lead_low"] > 0 or best["lead_high"] < 0
    scores = f"{best['auc']:.2f} against TMU's {own['auc']:.2f}"
    doubt = "" if apart else " There are too few images to tell the two apart."
    if best["auc"] > own["auc"]:
        return f"**A simpler baseline wins here: {name}**, {scores}.{doubt}"
    if best["auc"] == own["auc"]:
        return f"**TMU is no better here than {name}**, {scores}.{doubt}"
    return f"**TMU beats every simpler baseline here**; the best of them is {name}, {scores}.{doubt}"
