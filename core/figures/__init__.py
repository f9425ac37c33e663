"""Pure functions from data frames to plotly figures.

Every figure function ``f`` returns a ``Shown``: the figure, the tidy table of its numbers (made by ``f_table`` unless
it is an argument), one or two sentences on how to read it, and a short text for screen readers. No streamlit, no torch.
"""

from core.figures.easy_and_hard.baselines import baseline_comparison, baseline_comparison_table, baseline_sentence
from core.figures.easy_and_hard.curves import calibration, precision_recall, roc
from core.figures.easy_and_hard.features import (
    FEATURE_NAMES,
    against_others,
    against_others_table,
    features,
    features_table,
)
from core.figures.easy_and_hard.outcomes import outcomes, outcomes_table
from core.figures.easy_and_hard.threshold import threshold_explorer, threshold_explorer_table
from core.figures.easy_and_hard.twin import (
    shift,
    shift_table,
    twin_features,
    twin_features_table,
    twin_losses,
    twin_losses_table,
)
from core.figures.forget.playback import playback, playback_table
from core.figures.forget.replay import replay
from core.figures.forget.tracked_images import StepImages, shown_ids
from core.figures.forget.trajectory import (
    accuracy_curves,
    accuracy_curves_table,
    sensitivity_curves,
    sensitivity_curves_table,
)
from core.figures.gold_comparison.accuracies import (
    accuracy_comparison,
    accuracy_comparison_table,
    class_changes,
    class_changes_table,
    gold_gap,
    gold_gap_table,
)
from core.figures.gold_comparison.collateral import flips, flips_table
from core.figures.gold_comparison.cost import cost_quality, cost_quality_table
from core.figures.gold_comparison.forest import methods_forest, methods_forest_table
from core.figures.gold_comparison.matrix import methods_matrix, methods_matrix_table
from core.figures.gold_comparison.method_rows import DATA_TRACKS
from core.figures.gold_comparison.transitions import flow, flow_table
from core.figures.image.attributions import attributions, attributions_table
from core.figures.image.single_image import (
    class_probabilities,
    class_probabilities_table,
    logit_norms,
    logit_norms_table,
)
from core.figures.images.feature_maps import feature_maps, feature_maps_table
from core.figures.learn.answers import answers, answers_table
from core.figures.privacy.attack_roc import attack_roc, attack_role_name, attack_roles
from core.figures.privacy.attack_scores import attack_scores, attack_scores_table
from core.figures.privacy.relearning import (
    feature_bars,
    feature_bars_table,
    lead_text,
    relearning_curves,
    relearning_text,
)
from core.figures.runs.compare import (
    MAX_RUNS,
    run_accuracies,
    run_accuracies_table,
    run_curves,
    run_curves_table,
    run_marks,
    two_runs,
)
from core.figures.selection import selected_ids, selected_run
from core.figures.sensitivity.before_after import before_after, before_after_table
from core.figures.sensitivity.norm_plane import norm_plane, norm_plane_table
from core.figures.sensitivity.norms import distribution, distribution_table, rise_fall, rise_fall_table
from core.figures.sequences.gaps import (
    request_name,
    sequence_gap,
    sequence_gap_table,
    sequence_matrix,
    sequence_matrix_table,
    sequence_summary,
)
from core.figures.theme import LINES, SPLIT_NAMES, Shown, in_role_order, role_name
from core.figures.thumbnails import (
    class_counts,
    class_counts_table,
    contact_sheet,
    placeholder,
    png_url,
    thumbnail_grid,
    thumbnail_grid_table,
)
from core.figures.tiles import OUTCOME_MARKS, tiles, tiles_table

__all__ = [
    "DATA_TRACKS",
    "FEATURE_NAMES",
    "LINES",
    "MAX_RUNS",
    "OUTCOME_MARKS",
    "SPLIT_NAMES",
    "Shown",
    "StepImages",
    "accuracy_comparison",
    "accuracy_comparison_table",
    "accuracy_curves",
    "accuracy_curves_table",
    "against_others",
    "against_others_table",
    "answers",
    "answers_table",
    "attack_roc",
    "attack_role_name",
    "attack_roles",
    "attack_scores",
    "attack_scores_table",
    "attributions",
    "attributions_table",
    "baseline_comparison",
    "baseline_comparison_table",
    "baseline_sentence",
    "before_after",
    "before_after_table",
    "calibration",
    "class_changes",
    "class_changes_table",
    "class_counts",
    "class_counts_table",
    "class_probabilities",
    "class_probabilities_table",
    "contact_sheet",
    "cost_quality",
    "cost_quality_table",
    "distribution",
    "distribution_table",
    "feature_bars",
    "feature_bars_table",
    "feature_maps",
    "feature_maps_table",
    "features",
    "features_table",
    "flips",
    "flips_table",
    "flow",
    "flow_table",
    "gold_gap",
    "gold_gap_table",
    "in_role_order",
    "lead_text",
    "logit_norms",
    "logit_norms_table",
    "methods_forest",
    "methods_forest_table",
    "methods_matrix",
    "methods_matrix_table",
    "norm_plane",
    "norm_plane_table",
    "outcomes",
    "outcomes_table",
    "placeholder",
    "playback",
    "playback_table",
    "png_url",
    "precision_recall",
    "relearning_curves",
    "relearning_text",
    "replay",
    "request_name",
    "rise_fall",
    "rise_fall_table",
    "roc",
    "role_name",
    "run_accuracies",
    "run_accuracies_table",
    "run_curves",
    "run_curves_table",
    "run_marks",
    "selected_ids",
    "selected_run",
    "sensitivity_curves",
    "sensitivity_curves_table",
    "sequence_gap",
    "sequence_gap_table",
    "sequence_matrix",
    "sequence_matrix_table",
    "sequence_summary",
    "shift",
    "shift_table",
    "shown_ids",
    "threshold_explorer",
    "threshold_explorer_table",
    "thumbnail_grid",
    "thumbnail_grid_table",
    "tiles",
    "tiles_table",
    "twin_features",
    "twin_features_table",
    "twin_losses",
    "twin_losses_table",
    "two_runs",
]
