"""The package as a whole: what it imports, and what every figure promises."""

import subprocess
import sys

import numpy as np
import pandas as pd

import core.figures
from core.analysis.collateral import collateral
from core.analysis.method_comparison import compare_variants, overview
from core.analysis.run_diff import image_differences
from core.figures import Shown
from core.metrics.easy_hard import compare_baselines, cuts, reliability
from core.results import Result


def test_figures_import_neither_torch_nor_streamlit() -> None:
    code = "import sys, core.figures; print(*{'torch', 'streamlit', 'captum'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_every_figure_has_a_table_function() -> None:
    names = set(core.figures.__all__)
    assert sorted(names) == core.figures.__all__
    tables = {name.removesuffix("_table") for name in names if name.endswith("_table")}
    assert tables
    assert tables <= names


def test_every_figure_says_how_to_read_it_and_names_fractions_that_exist(
    samples, classes, trajectory, result, make_result, verdicts, right, twin, images, places, followed
) -> None:
    runs = [make_result("mu-mis"), make_result("fine-tune", FA=0.5)]
    near = pd.DataFrame({"index": [4, 7], "distance": [1.0, 2.0], "nearest": 0})
    marks = core.figures.run_marks({"A": "one setting"})
    unlearned = samples[samples["role"] == "unlearned"].assign(probability=0.5)
    answers = pd.DataFrame(
        {"role": "original", "class": range(3), "probability": [0.5, 0.2, 0.3], "norm": [3.0, 2.0, 1.0]}
    )
    cut = cuts(verdicts["p_hard"].to_numpy(), right)
    shown: list[Shown] = [
        core.figures.accuracy_curves(trajectory),
        core.figures.sensitivity_curves(trajectory),
        core.figures.playback(trajectory),
        core.figures.playback(trajectory, followed=followed),
        core.figures.tiles(
            np.zeros((1, 1, 2, 2), np.uint8), pd.DataFrame({"index": [4], "outcome": "harmed", "taken": "cat"})
        ),
        core.figures.feature_maps(
            places,
            images,
            "unlearned",
            np.ones(10, bool),
            {"explained": [0.5, 0.25], "fit": {"unlearned": 0.9}},
            classes,
        ),
        core.figures.distribution(samples),
        core.figures.rise_fall(samples),
        core.figures.before_after(samples, classes),
        core.figures.accuracy_comparison(result),
        core.figures.gold_gap(result),
        core.figures.class_changes(samples, classes),
        core.figures.methods_matrix(compare_variants(runs)),
        core.figures.methods_forest(compare_variants(runs), "FA"),
        core.figures.cost_quality(overview(runs), 0.01),
        core.figures.flow(samples, classes),
        core.figures.flips(collateral(samples, near)),
        core.figures.against_others(verdicts, 10),
        core.figures.outcomes(verdicts, np.zeros((5, 1, 2, 2), np.uint8)),
        core.figures.cut_explorer(cut, verdicts),
        core.figures.roc(cut, 3),
        core.figures.precision_recall(cut, 3),
        core.figures.calibration(reliability(verdicts["p_hard"].to_numpy(), right)),
        core.figures.baseline_comparison(compare_baselines({"TMU": verdicts["p_hard"].to_numpy()}, right), 0.9),
        core.figures.shift(verdicts, right, twin),
        core.figures.twin_features(verdicts, twin),
        core.figures.twin_losses(twin, samples.assign(loss=0.1)),
        core.figures.run_curves({"A": trajectory}, marks),
        core.figures.run_accuracies({"A": Result(runs[0] | {"gap": None, "gold_spread": None})}, marks),
        core.figures.two_runs(image_differences(unlearned, unlearned), classes, ("A", "B")),
        core.figures.class_probabilities(answers, 0, classes),
        core.figures.logit_norms(answers, 0, 1, classes),
        core.figures.attributions({"original": np.ones((2, 4, 4))}, classes[:2], "smoothgrad"),
    ]
    for one in shown:
        assert one.how_to_read.endswith(".")
        assert one.alt.endswith(".")
        assert set(one.fractions) <= set(one.table.columns)
        assert "nan" not in one.alt
