"""The package as a whole: what it imports, and what every figure promises."""

import subprocess
import sys

import pandas as pd

import core.figures
from core.evaluation.collateral import collateral
from core.evaluation.standing import overview, standings
from core.figures import Shown


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
    samples, classes, trajectory, result, make_result
) -> None:
    runs = [make_result("mu-mis"), make_result("fine-tune", FA=0.5)]
    near = pd.DataFrame({"index": [4, 7], "distance": [1.0, 2.0], "nearest": 0})
    shown: list[Shown] = [
        core.figures.accuracy_curves(trajectory),
        core.figures.sensitivity_curves(trajectory),
        core.figures.playback(trajectory),
        core.figures.distribution(samples),
        core.figures.rise_fall(samples),
        core.figures.before_after(samples, classes),
        core.figures.accuracy_comparison(result),
        core.figures.gold_gap(result),
        core.figures.class_changes(samples, classes),
        core.figures.methods_matrix(standings(runs)),
        core.figures.methods_forest(standings(runs), "FA"),
        core.figures.cost_quality(overview(runs), 0.01),
        core.figures.flow(samples, classes),
        core.figures.flips(collateral(samples, near)),
    ]
    for one in shown:
        assert one.how_to_read.endswith(".")
        assert one.alt.endswith(".")
        assert set(one.fractions) <= set(one.table.columns)
        assert "nan" not in one.alt
