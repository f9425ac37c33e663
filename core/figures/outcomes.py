"""The Easy and hard page: pictures of what was predicted against what the golds say."""

import numpy as np
import pandas as pd

from core.evaluation.easy_hard import CALLED, OUTCOMES
from core.figures.gallery import TILE, outline, png_url, targets
from core.figures.theme import Shown, blank, frame

COLUMNS, ROWS = 4, 3  # tiles of an outcome
HEADING = {"xanchor": "left", "yanchor": "middle", "align": "left", "showarrow": False}


def outcomes_table(verdicts: pd.DataFrame) -> pd.DataFrame:
    """One row per outcome: outcome, images, and share of the forget set."""
    names = CALLED if verdicts["right"].isna().all() else OUTCOMES
    counts = verdicts["outcome"].value_counts().reindex(names, fill_value=0)
    return pd.DataFrame({"outcome": names, "images": counts.to_numpy(), "share": counts.to_numpy() / len(verdicts)})


def outcomes(verdicts: pd.DataFrame, images: np.ndarray, chosen: int | None = None) -> Shown:
    """Thumbnails in four blocks, called easy above and called hard below, gold's verdict easy left and hard right; at
    most ``COLUMNS * ROWS`` of each, those nearest to the other side first. A tile's customdata is the image's id.

    Args:
        verdicts: ``core.evaluation.easy_hard.verdicts``, of the images to show.
        images: uint8 (N, C, H, W), of the same rows.
        chosen: id of the image to frame.
    """
    table = outcomes_table(verdicts)
    if verdicts.empty:
        return blank("There are no images to show.", table)
    blocks = [_block(verdicts, outcome) for outcome in table["outcome"]]
    figure = frame(0, showlegend=False, hovermode="closest", margin={"l": 0, "r": 0, "t": 0, "b": 0})
    xs, ys, rows, top = [], [], [], 0.0
    for start in range(0, len(blocks), 2):
        for side, block in enumerate(blocks[start : start + 2]):
            left, place = side * (COLUMNS + 0.5), np.arange(min(len(block), COLUMNS * ROWS))
            figure.add_annotation(text=_heading(table.iloc[start + side]), x=left - 0.5, y=top, **HEADING)
            xs.append(left + place % COLUMNS)
            ys.append(top + 1 + place // COLUMNS)
            rows.append(block[: len(place)])
        tallest = min(ROWS, max(-(-len(block) // COLUMNS) for block in blocks[start : start + 2]))
        top += 1 + max(1, tallest)
    x, y, shown = np.concatenate(xs), np.concatenate(ys), verdicts.iloc[np.concatenate(rows)]
    size = {"xref": "x", "yref": "y", "sizex": 0.92, "sizey": 0.92, "xanchor": "center", "yanchor": "middle"}
    pictures = [png_url(images[n]) for n in np.concatenate(rows)]
    figure.update_layout(
        height=int(TILE * 0.95 * top),
        images=[{"source": url, "x": a, "y": b, **size} for url, a, b in zip(pictures, x, y, strict=True)],
        shapes=[outline(a, b) for a, b, index in zip(x, y, shown["index"], strict=True) if index == chosen],
    )
    about = shown[["index", "p_hard", "right"]].round(2)
    figure.add_trace(targets(x, y, about.rename(columns={"p_hard": "p(hard)", "right": "golds right"})))
    still = {"visible": False, "fixedrange": True, "constrain": "domain"}
    figure.update_xaxes(range=[-0.5, 2 * COLUMNS], constraintoward="left", **still)
    figure.update_yaxes(range=[top - 0.4, -0.4], constraintoward="top", scaleanchor="x", **still)
    counts = "; ".join(f"{row.outcome} {row.images}" for row in table.itertuples())
    return Shown(
        figure, table, f"Click an image to open it. Of each kind at most {COLUMNS * ROWS} are shown, the least certain "
        "first.", f"Forget images by outcome: {counts}.", ("share",),
    )  # fmt: skip


def _heading(row: pd.Series) -> str:
    called, _, verdict = row["outcome"].partition(", ")
    return f"<b>{row['images']}</b> {called},<br>{verdict}" if verdict else f"<b>{row['images']}</b> {called}"


def _block(verdicts: pd.DataFrame, outcome: str) -> np.ndarray:
    """Positions of the images of an outcome, the least certain first."""
    sign = -1 if outcome.startswith("called easy") else 1
    order = np.argsort(sign * verdicts["p_hard"].to_numpy(), kind="stable")
    return order[(verdicts["outcome"] == outcome).to_numpy()[order]]
