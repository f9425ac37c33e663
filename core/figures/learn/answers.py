"""The Learn page: a few images, and the class that every model sees in each."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.escaping import in_figure
from core.figures.theme import Shown, frame, in_role_order, role_mark, role_name, shortened
from core.figures.thumbnails import png_url

TILE = 80  # pixels of an image
LINE = 34  # pixels of a row of answers
LETTERS = 8  # of a class name below an image
NAME_WIDTH = 96  # pixels left of the images, for the names of the models


def answers_table(samples: pd.DataFrame, ids: Sequence[int], classes: Sequence[str]) -> pd.DataFrame:
    """One row per image: index, label, and one column per role with the predicted class.

    Args:
        samples: index, role, label and prediction of these images, and of others.
        ids: of the images.
    """
    rows = samples[samples["index"].isin(ids)]
    wide = rows.pivot(index="index", columns="role", values="prediction").loc[list(ids)]
    labels = rows.drop_duplicates("index").set_index("index").loc[list(ids), "label"]
    named = wide[in_role_order(wide)].map(classes.__getitem__)
    named.insert(0, "label", labels.map(classes.__getitem__))
    return named.reset_index().rename_axis(columns=None)


def answers(images: np.ndarray, samples: pd.DataFrame, ids: Sequence[int], classes: Sequence[str]) -> Shown:
    """The images in a row; below them one row per model with its answers. A wrong answer is marked by a cross.

    Args:
        images: uint8 (N, C, H, W).
        samples, ids: as in ``answers_table``; all roles among the samples are shown.
    """
    table = answers_table(samples, ids, classes)
    roles = [role for role in table if role not in ("index", "label")]
    height = TILE / LINE  # of the images, in rows of answers
    figure = frame(
        int(LINE * (height + len(roles))),
        showlegend=False,
        margin={"l": NAME_WIDTH, "r": 0, "t": 0, "b": 0},
        images=[
            {"source": png_url(image, TILE), "x": place, "y": -0.5, "sizex": 0.92, "sizey": height, "xanchor": "center",
             "yanchor": "bottom", "xref": "x", "yref": "y"}
            for place, image in enumerate(images)
        ],
        xaxis={"range": [-0.5, len(ids) - 0.5], "visible": False, "fixedrange": True},
        yaxis={"range": [len(roles) - 0.5, -0.5 - height], "fixedrange": True, "showgrid": False, "zeroline": False,
               "tickvals": list(range(len(roles))), "ticktext": [role_name(role) for role in roles]},
    )  # fmt: skip
    for y, role in enumerate(roles):
        figure.add_trace(_line(table, role, y))
    right = "; ".join(f"{role_name(role)}: {(table[role] == table['label']).mean():.0%} right" for role in roles)
    return Shown(figure, table, "Below each image what every model takes it for; ✗: wrong.", f"Answers. {right}.")


def _line(table: pd.DataFrame, role: str, y: int) -> go.Scatter:
    wrong = table[role] != table["label"]
    names = [in_figure(shortened(name, LETTERS)) for name in table[role]]
    return go.Scatter(
        x=list(range(len(table))),
        y=[y] * len(table),
        mode="text",
        text=[f"{'✗ ' if no else ''}{name}" for name, no in zip(names, wrong, strict=True)],
        textfont={"size": 14, "color": role_mark(role).color},
        customdata=table["index"],
        hovertemplate=f"{role_name(role)}, image %{{customdata}}: %{{text}}<extra></extra>",
    )
