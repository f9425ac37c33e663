"""A grid of cells to draw in."""

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import NEUTRAL, frame

SIDE = 288  # pixels of the whole grid; fits a phone


def drawing(cells: np.ndarray) -> go.Figure:
    """A grid of grey square cells that can be selected; a cell's customdata is its number, row by row.

    Args:
        cells: uint8 (S, S).
    """
    side = len(cells)
    rows, columns = np.indices(cells.shape).reshape(2, -1)
    greys = [f"rgb({grey},{grey},{grey})" for grey in cells.ravel()]
    pixels = SIDE // side
    figure = frame(pixels * side + 4, width=pixels * side + 4, showlegend=False, margin=dict.fromkeys("lrtb", 2))
    figure.add_trace(
        go.Scatter(
            x=columns,
            y=rows,
            mode="markers",
            marker={"symbol": "square", "size": pixels - 1, "color": greys, "line": {"width": 1, "color": NEUTRAL}},
            unselected={"marker": {"opacity": 1}},
            customdata=np.arange(side * side),
            hovertemplate="row %{y}, column %{x}<extra></extra>",
        )
    )
    still = {"visible": False, "fixedrange": True}
    figure.update_xaxes(range=[-0.5, side - 0.5], **still)
    figure.update_yaxes(range=[side - 0.5, -0.5], **still)
    return figure
