"""Pure functions from data frames to plotly figures.

Every figure function ``f`` returns a ``Shown``: the figure, the tidy table of its numbers (made by ``f_table``), a
sentence or two on how to read it, and a short text for screen readers. No streamlit, no torch.
"""

from core.figures.before_after import before_after, before_after_table
from core.figures.collateral import flips, flips_table
from core.figures.comparison import (
    accuracy_comparison,
    accuracy_comparison_table,
    class_changes,
    class_changes_table,
    gold_gap,
    gold_gap_table,
)
from core.figures.cost import cost_quality, cost_quality_table
from core.figures.flow import flow, flow_table
from core.figures.forest import methods_forest, methods_forest_table
from core.figures.gallery import class_counts, class_counts_table, contact_sheet, gallery, gallery_table, png_url
from core.figures.matrix import methods_matrix, methods_matrix_table
from core.figures.method_rows import DATA_TRACKS, METRIC_TITLES
from core.figures.playback import playback, playback_table
from core.figures.selection import selected_ids, selected_run
from core.figures.sensitivity import distribution, distribution_table, rise_fall, rise_fall_table
from core.figures.theme import NORM_NAMES, SPLIT_NAMES, Shown, in_role_order, role_name
from core.figures.trajectory import (
    accuracy_curves,
    accuracy_curves_table,
    sensitivity_curves,
    sensitivity_curves_table,
)

__all__ = [
    "DATA_TRACKS",
    "METRIC_TITLES",
    "NORM_NAMES",
    "SPLIT_NAMES",
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
    "contact_sheet",
    "cost_quality",
    "cost_quality_table",
    "distribution",
    "distribution_table",
    "flips",
    "flips_table",
    "flow",
    "flow_table",
    "gallery",
    "gallery_table",
    "gold_gap",
    "gold_gap_table",
    "in_role_order",
    "methods_forest",
    "methods_forest_table",
    "methods_matrix",
    "methods_matrix_table",
    "playback",
    "playback_table",
    "png_url",
    "rise_fall",
    "rise_fall_table",
    "role_name",
    "selected_ids",
    "selected_run",
    "sensitivity_curves",
    "sensitivity_curves_table",
]
