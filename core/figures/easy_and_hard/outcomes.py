"""The Easy and hard page: thumbnails of the forget images, by prediction and by what the golds say."""

from typing import Any

import numpy as np
import pandas as pd

from core.figures.theme import Shown, blank, frame
from core.figures.thumbnails import outline, png_url, targets
from core.metrics.easy_hard import OUTCOMES, PREDICTED

COLUMNS, ROWS = 4, 4  # tiles of an outcome
TILE = 46  # pixels a side: two outcomes side by side in half a page, and on a phone
HEADING = {"xanchor": "left", "yanchor": "middle", "align": "left", "showarrow": False}


def outcomes_table(verdicts: pd.DataFrame) -> pd.DataFrame:
    """One row per outcome: outcome, images, and share of the forget set."""
    names = PREDICTED if verdicts["right"].isna().all() else OUTCOMES
    counts = verdicts["outcome"].value_counts().reindex(names, fill_value=0).to_numpy()
    return pd.DataFrame({"outcome": names, "images": counts, "share": counts / max(1, len(verdicts))})


def outcomes(verdicts: pd.DataFrame, images: np.ndarray, chosen: int | None = None) -> Shown:
    """Thumbnails in four blocks: predicted easy above, predicted hard below; actually easy left, actually hard right.
    At most ``COLUMNS * ROWS`` in a block, the least certain first. A tile's customdata is the image's id.

    Args:
        verdicts: ``core.metrics.easy_hard.verdicts``, of the images to show.
        images: uint8 (N, C, H, W), of the same rows.
        chosen: id of the image to frame.
    """
    table = outcomes_table(verdicts)
    if verdicts.empty:
        return blank("There are no images to show.", table)
    headings, tiles, height = _arranged(verdicts, table)
    size = {"xref": "x", "yref": "y", "sizex": 0.92, "sizey": 0.92, "xanchor": "center", "yanchor": "middle"}
    figure = frame(
        int(TILE * height),
        showlegend=False,
        hovermode="closest",
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        annotations=headings,
        images=[{"source": png_url(images[t.row]), "x": t.x, "y": t.y, **size} for t in tiles.itertuples()],
        shapes=[outline(t.x, t.y) for t in tiles.itertuples() if verdicts["index"].iloc[t.row] == chosen],
    )
    about = verdicts.iloc[tiles["row"]][["index", "p_hard", "right"]].round(2)
    about = about.rename(columns={"p_hard": "p(hard)", "right": "golds right"})
    figure.add_trace(targets(tiles["x"].to_numpy(), tiles["y"].to_numpy(), about).update(marker_size=TILE - 8))
    still = {"visible": False, "fixedrange": True, "constrain": "domain"}
    figure.update_xaxes(range=[-0.5, 2 * COLUMNS], constraintoward="left", **still)
    figure.update_yaxes(range=[height - 0.45, -0.45], constraintoward="top", scaleanchor="x", **still)
    counts = "; ".join(f"{row.outcome} {row.images}" for row in table.itertuples())
    return Shown(
        figure,
        table,
        f"Click an image to open it. Each block shows at most {COLUMNS * ROWS} images, the least certain "
        "predictions first.",
        f"Forget images by outcome: {counts}.",
        ("share",),
    )


def _arranged(verdicts: pd.DataFrame, table: pd.DataFrame) -> tuple[list[dict[str, Any]], pd.DataFrame, float]:
    """Headings of the blocks, position of every tile (row of ``verdicts``, x, y), and total height in tiles."""
    headings, tiles, top = [], [], 0.0
    for start in range(0, len(table), 2):
        tallest = 1
        for side, (_, outcome) in enumerate(table.iloc[start : start + 2].iterrows()):
            left = side * (COLUMNS + 0.5)
            headings.append({"text": _heading(outcome), "x": left - 0.5, "y": top, **HEADING})
            rows = _least_certain(verdicts, outcome["outcome"])[: COLUMNS * ROWS]
            position = np.arange(len(rows))
            tiles.append(
                pd.DataFrame({"row": rows, "x": left + position % COLUMNS, "y": top + 1 + position // COLUMNS})
            )
            tallest = max(tallest, -(-len(rows) // COLUMNS))
        top += 1 + tallest
    return headings, pd.concat(tiles, ignore_index=True), top


def _heading(outcome: pd.Series) -> str:
    predicted, _, actual = outcome["outcome"].partition(", ")
    return f"<b>{outcome['images']}</b> {predicted}" + (f",<br>{actual}" if actual else "")


def _least_certain(verdicts: pd.DataFrame, outcome: str) -> np.ndarray:
    """Positions of the images of an outcome, the least certain first."""
    sign = -1 if outcome.startswith("predicted easy") else 1
    order = np.argsort(sign * verdicts["p_hard"].to_numpy(), kind="stable")
    return order[(verdicts["outcome"] == outcome).to_numpy()[order]]
