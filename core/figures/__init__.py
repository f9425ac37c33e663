"""Pure functions from data frames to plotly figures.

Every figure function ``f`` returns a ``Shown``: the figure, the tidy table of its numbers (made by ``f_table``
where it is not an argument), a
sentence or two on how to read it, and a short text for screen readers. No streamlit, no torch.
"""

from core.figures.attack_roc import attack_roc, attack_role_name, attack_roles
from core.figures.attack_scores import attack_scores, attack_scores_table
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
from core.figures.cuts import cut_explorer, cut_explorer_table
from core.figures.features import FEATURE_NAMES, against_class, against_class_table, features, features_table
from core.figures.flow import flow, flow_table
from core.figures.forest import methods_forest, methods_forest_table
from core.figures.gallery import (
    class_counts,
    class_counts_table,
    contact_sheet,
    gallery,
    gallery_table,
    placeholder,
    png_url,
)
from core.figures.judgement import calibration, precision_recall, roc
from core.figures.ladder import ladder, ladder_table, ladder_verdict
from core.figures.matrix import methods_matrix, methods_matrix_table
from core.figures.method_rows import DATA_TRACKS, METRIC_TITLES
from core.figures.outcomes import outcomes, outcomes_table
from core.figures.playback import playback, playback_table
from core.figures.residue import feature_bars, feature_bars_table, lead_told, relearning_curves, relearning_told
from core.figures.selection import selected_ids, selected_run
from core.figures.sensitivity import distribution, distribution_table, rise_fall, rise_fall_table
from core.figures.theme import NORM_NAMES, SPLIT_NAMES, Shown, in_role_order, is_gold, role_name
from core.figures.trajectory import (
    accuracy_curves,
    accuracy_curves_table,
    sensitivity_curves,
    sensitivity_curves_table,
)
from core.figures.twin import (
    shift,
    shift_table,
    twin_features,
    twin_features_table,
    twin_losses,
    twin_losses_table,
)

__all__ = [
    "DATA_TRACKS",
    "FEATURE_NAMES",
    "METRIC_TITLES",
    "NORM_NAMES",
    "SPLIT_NAMES",
    "Shown",
    "accuracy_comparison",
    "accuracy_comparison_table",
    "accuracy_curves",
    "accuracy_curves_table",
    "against_class",
    "against_class_table",
    "attack_roc",
    "attack_role_name",
    "attack_roles",
    "attack_scores",
    "attack_scores_table",
    "before_after",
    "before_after_table",
    "calibration",
    "class_changes",
    "class_changes_table",
    "class_counts",
    "class_counts_table",
    "contact_sheet",
    "cost_quality",
    "cost_quality_table",
    "cut_explorer",
    "cut_explorer_table",
    "distribution",
    "distribution_table",
    "feature_bars",
    "feature_bars_table",
    "features",
    "features_table",
    "flips",
    "flips_table",
    "flow",
    "flow_table",
    "gallery",
    "gallery_table",
    "gold_gap",
    "gold_gap_table",
    "in_role_order",
    "is_gold",
    "ladder",
    "ladder_table",
    "ladder_verdict",
    "lead_told",
    "methods_forest",
    "methods_forest_table",
    "methods_matrix",
    "methods_matrix_table",
    "outcomes",
    "outcomes_table",
    "placeholder",
    "playback",
    "playback_table",
    "png_url",
    "precision_recall",
    "relearning_curves",
    "relearning_told",
    "rise_fall",
    "rise_fall_table",
    "roc",
    "role_name",
    "selected_ids",
    "selected_run",
    "sensitivity_curves",
    "sensitivity_curves_table",
    "shift",
    "shift_table",
    "twin_features",
    "twin_features_table",
    "twin_losses",
    "twin_losses_table",
]
