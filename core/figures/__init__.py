"""Pure functions from data frames to plotly figures, one module per page.

Every figure function ``f`` returns a ``Shown``: the figure, the tidy table of its numbers (made by ``f_table``), a
sentence or two on how to read it, and a short text for screen readers. No streamlit, no torch.
"""

from core.figures.comparison import (
    accuracy_comparison,
    accuracy_comparison_table,
    class_changes,
    class_changes_table,
    gold_gap,
    gold_gap_table,
)
from core.figures.gallery import class_counts, class_counts_table, gallery, gallery_table, png_url
from core.figures.selection import selected_ids
from core.figures.sensitivity import (
    before_after,
    before_after_table,
    distribution,
    distribution_table,
    rise_fall,
    rise_fall_table,
)
from core.figures.theme import Shown, in_role_order, role_name
from core.figures.trajectory import (
    accuracy_curves,
    accuracy_curves_table,
    playback,
    sensitivity_curves,
    sensitivity_curves_table,
)

__all__ = [
    "Shown",
    "accuracy_comparison",
    "accuracy_comparison_table",
    "accuracy_curves",
    "accuracy_curves_table",
    "before_after",
    "before_after_table",
    "class_changes",
    "class_changes_table",
    "class_counts",
    "class_counts_table",
    "distribution",
    "distribution_table",
    "gallery",
    "gallery_table",
    "gold_gap",
    "gold_gap_table",
    "in_role_order",
    "playback",
    "png_url",
    "rise_fall",
    "rise_fall_table",
    "role_name",
    "selected_ids",
    "sensitivity_curves",
    "sensitivity_curves_table",
]
