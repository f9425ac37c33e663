"""The Easy and hard page: the twin problem compared with the original problem."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.easy_and_hard.features import FEATURE_NAMES
from core.figures.theme import DIFFICULTY, NEUTRAL, ROLES, SPLITS, Mark, Shown, frame

KINDS = {"Twin, easy": DIFFICULTY["easy"], "Twin, hard": DIFFICULTY["hard"], "Forget set": SPLITS["forget"]}


def shift_table(verdicts: pd.DataFrame, right: np.ndarray, twin: pd.DataFrame) -> pd.DataFrame:
    """Shares of easy images: what, easy, images. Rows: twin images, forget images as predicted, and under every gold.

    Args:
        right: bool (K, N), ``core.metrics.easy_hard.gold_right``.
    """
    rows = [
        ("Twin images, by the original", twin["easy"].mean(), len(twin)),
        ("Forget images, predicted", (1 - verdicts["p_hard"]).mean(), len(verdicts)),
        *((f"Forget images, gold {n}", gold.mean(), len(verdicts)) for n, gold in enumerate(right, start=1)),
    ]
    return pd.DataFrame(rows, columns=["what", "easy", "images"])


def shift(verdicts: pd.DataFrame, right: np.ndarray, twin: pd.DataFrame) -> Shown:
    """Share of easy images (x) in the twin problem, as predicted for the forget set, and under every gold (y)."""
    table = shift_table(verdicts, right, twin)
    figure = frame(190, showlegend=False)
    for part, name, color, symbol in (
        (table.iloc[:1], "Twin images,<br>by the original", ROLES["original"].color, "circle"),
        (table.iloc[1:2], "Forget images,<br>predicted", ROLES["unlearned"].color, "diamond"),
        (table.iloc[2:], "Forget images,<br>every gold", ROLES["gold"].color, "star"),
    ):
        figure.add_trace(
            go.Scatter(x=part["easy"], y=[name] * len(part), mode="markers", hovertext=part["what"],
                       marker={"color": color, "symbol": symbol, "size": 13},
                       hovertemplate="%{hovertext}: %{x:.1%}<extra></extra>")
        )  # fmt: skip
    figure.update_yaxes(autorange="reversed")
    low = max(0, np.floor(table["easy"].min() * 10 - 1) / 10)
    figure.update_xaxes(title_text="Share of easy images", tickformat=".0%", range=[low, 1.02])
    golds = f"; gold {right.mean():.1%}" if len(right) else ""
    return Shown(
        figure,
        table,
        "The predicted share should be within the range of the golds. The twin's share may differ: the original has "
        "seen all images of a class, gold has not.",
        f"Easy: twin {table['easy'][0]:.1%}; predicted {table['easy'][1]:.1%}{golds}.",
        ("easy",),
    )


def twin_features_table(verdicts: pd.DataFrame, twin: pd.DataFrame) -> pd.DataFrame:
    """One row per kind of image and feature: kind, feature, images, quartiles (in standard deviations)."""
    rows = []
    for kind, part in _kinds(verdicts, twin).items():
        for name in FEATURE_NAMES:
            low, median, high = part[f"{name}_z"].quantile([0.25, 0.5, 0.75])
            rows.append((kind, name, len(part), low, median, high))
    return pd.DataFrame(rows, columns=["kind", "feature", "images", "q25", "median", "q75"])


def twin_features(verdicts: pd.DataFrame, twin: pd.DataFrame) -> Shown:
    """Box plots: every feature (x, standard deviations) of easy and hard twin images and of the forget set (y)."""
    table = twin_features_table(verdicts, twin)
    figure = make_subplots(
        1, 3, shared_yaxes=True, horizontal_spacing=0.04, figure=frame(300, showlegend=False),
        subplot_titles=[f"<b>{name.upper()}</b>" for name in FEATURE_NAMES],
    )  # fmt: skip
    for kind, part in _kinds(verdicts, twin).items():
        for column, name in enumerate(FEATURE_NAMES, start=1):
            figure.add_trace(_spread(part[f"{name}_z"], kind, KINDS[kind]), row=1, col=column)
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(zerolinecolor=NEUTRAL)
    figure.update_xaxes(title_text="standard deviations from the retained images", col=2)
    medians = table[table["feature"] == "cf"].set_index("kind")["median"]
    return Shown(
        figure,
        table,
        "The predictor is trained on the two upper rows and applied to the lowest. It can work if hard and easy twin "
        "images differ, and if the forget set covers the same range.",
        f"Median CF: {', '.join(f'{kind} {value:+.1f}' for kind, value in medians.items())}.",
    )


def _kinds(verdicts: pd.DataFrame, twin: pd.DataFrame) -> dict[str, pd.DataFrame]:
    parts = (twin[twin["easy"]], twin[~twin["easy"]], verdicts)
    return {kind: part for kind, part in zip(KINDS, parts, strict=True) if len(part)}


def _spread(values: pd.Series, kind: str, mark: Mark) -> go.Box:
    return go.Box(
        x=values,
        name=kind,
        orientation="h",
        boxpoints="all",
        pointpos=0,
        jitter=0.7,
        marker={"color": mark.color, "size": 4, "opacity": 0.45},
        line={"color": mark.color, "width": 1.5},
        fillcolor="rgba(0,0,0,0)",
        hoverinfo="x+name",
    )


def twin_losses_table(twin: pd.DataFrame, original: pd.DataFrame) -> pd.DataFrame:
    """Losses in both problems: what, images, mean, median, and fitted (share with a probability of at least 0.9).

    Args:
        twin: the twin's rows, with the loss under the twin model.
        original: the forget images' rows of the original.
    """
    rows = [
        (what, len(loss), loss.mean(), loss.median(), (loss <= -np.log(0.9)).mean())
        for what, loss in _losses(twin, original).items()
    ]
    return pd.DataFrame(rows, columns=["what", "images", "mean", "median", "fitted"])


def twin_losses(twin: pd.DataFrame, original: pd.DataFrame) -> Shown:
    """Cumulative distribution of the loss (x, log scale): twin images under the twin, forget images under the original.
    Arguments as in ``twin_losses_table``."""
    table = twin_losses_table(twin, original)
    figure = frame(300, hovermode="closest")
    looks = (SPLITS["pool"].color, "dash"), (SPLITS["forget"].color, "solid")
    for (what, loss), (color, dash) in zip(_losses(twin, original).items(), looks, strict=True):
        figure.add_trace(
            go.Scatter(
                x=np.sort(loss).clip(min=1e-9),
                y=np.arange(1, len(loss) + 1) / len(loss),
                name=what,
                line={"shape": "hv", "color": color, "dash": dash, "width": 2.5},
                hovertemplate="%{y:.0%} have a loss of at most %{x:.2g}<extra></extra>",
            )
        )
    figure.update_xaxes(title_text="Loss of an image", type="log", dtick=1, exponentformat="power")
    figure.update_yaxes(title_text="Share of images", tickformat=".0%", range=[0, 1.03])
    means = "; ".join(f"{row.what.lower()}: mean loss {row.mean:.2g}" for row in table.itertuples())
    return Shown(
        figure,
        table,
        "Equal curves: the twin fits its images as well as the original fits the forget set. A curve further right is "
        "fitted worse, and its images look harder for that reason alone.",
        f"Fit of both problems: {means}.",
        ("fitted",),
    )


def _losses(twin: pd.DataFrame, original: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        "Twin images, under the twin": twin["loss"].astype(float),
        "Forget images, under the original": original["loss"].astype(float),
    }
