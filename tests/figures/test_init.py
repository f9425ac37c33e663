"""What every figure of the package promises: its numbers, and sentences on how to read it."""

import inspect
from collections.abc import Callable
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

import core.figures
from core.analysis.collateral import collateral
from core.analysis.method_comparison import compare_variants, overview
from core.analysis.run_diff import image_differences
from core.figures import Shown
from core.metrics.easy_hard import compare_baselines, reliability, threshold_table
from core.metrics.relearning import relearning
from core.results import Result

PIXELS = np.zeros((5, 1, 2, 2), np.uint8)
MODULES = [import_module(found.name) for found in walk_packages(core.figures.__path__, "core.figures.")]


def figures_of(module: Any) -> dict[str, Callable[..., Shown]]:
    """Its public functions that return a figure with all that belongs to it; ``blank`` is what they fall back on."""
    functions = inspect.getmembers(module, inspect.isfunction)
    return {
        name: function
        for name, function in functions
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and name != "blank"
        and inspect.signature(function).return_annotation is Shown
    }


FIGURES = {name: function for module in MODULES for name, function in figures_of(module).items()}

NAMES_CLASSES = {
    "answers", "attributions", "before_after", "class_changes", "class_counts", "class_probabilities", "feature_maps",
    "features", "flow", "logit_norms", "playback", "sequence_gap", "sequence_matrix", "thumbnail_grid", "tiles",
    "two_runs",
}  # fmt: skip


class Case(NamedTuple):
    """A figure with its arguments by name."""

    name: str
    words: dict[str, Any]

    def draw(self) -> Shown:
        return FIGURES[self.name](**self.words)


def case(name: str, *args: Any, **words: Any) -> Case:
    return Case(name, inspect.signature(FIGURES[name]).bind(*args, **words).arguments)


@pytest.fixture
def cases(
    samples, classes, trajectory, result, make_result, verdicts, right, twin, images, places, followed
) -> list[Case]:
    """Every figure, some of them twice."""
    runs = [make_result("mu-mis"), make_result("fine-tune", FA=0.5)]
    alone = Result(runs[0] | {"gap": None, "gold_spread": None})
    near = pd.DataFrame({"index": [4, 7], "distance": [1.0, 2.0], "nearest": 0})
    marks = core.figures.run_marks({"A": "one setting"})
    unlearned = samples[samples["role"] == "unlearned"].assign(probability=0.5)
    answers = pd.DataFrame(
        {"role": "original", "class": range(3), "probability": [0.5, 0.2, 0.3], "norm": [3.0, 2.0, 1.0]}
    )
    p_hard = verdicts["p_hard"].to_numpy()
    cut = threshold_table(p_hard, right)
    curves = {"original": [1.0, 1.0], "unlearned": [0.1, 1.0], "gold-1": [0.5, 0.7]}
    curve_rows = [{"role": r, "step": n, "accuracy": v} for r, c in curves.items() for n, v in enumerate(c)]
    probe = {"auc": 0.9, "balanced_accuracy": 0.8}
    rates = {"false_positive": [0.0, 0.1, 1.0], "true_positive": [0.4, 0.8, 1.0]}
    attacked = {"role": "unlearned", "attack": "RMIA", "index": range(4), "member": [True, False] * 2}
    step = {"method": "MU-Mis", "step": [1, 2], "request": [f"class={name}" for name in classes[:2]], "run": ["a", "b"]}
    gaps = {f"{name}{end}": [0.1, 0.2] for name in ("gap", "kl", "resilience") for end in ("", "_floor")}
    asked = pd.DataFrame([(s, r, role, 0.5) for s in (1, 2) for r in (1, 2) for role in ("unlearned", "gold-1")],
                         columns=["step", "request", "role", "accuracy"])  # fmt: skip
    feature_map = {"explained": [0.5, 0.25], "fit": {"unlearned": 0.9}}
    tiles = pd.DataFrame({"index": [4], "outcome": "harmed", "predicted": classes[0]})
    return [
        case("accuracy_curves", trajectory),
        case("sensitivity_curves", trajectory),
        case("playback", trajectory),
        case("playback", trajectory, tracked=followed),
        case("tiles", PIXELS[:1], tiles),
        case("thumbnail_grid", PIXELS, pd.DataFrame({"index": range(5), "class": classes[0]})),
        case("answers", PIXELS[:2], samples, samples["index"].unique()[:2].tolist(), classes),
        case("class_counts", np.array([0, 1, 2]), np.array([True, False, False]), classes),
        case("feature_maps", places, images, "unlearned", np.ones(10, bool), feature_map, classes),
        case("distribution", samples, "forget", "target_norm"),
        case("rise_fall", samples, "forget"),
        case("norm_plane", samples),
        case("before_after", samples, classes, "unlearned", "target_norm"),
        case("accuracy_comparison", result),
        case("gold_gap", result),
        case("class_changes", samples, classes),
        case("methods_matrix", compare_variants(runs)),
        case("methods_forest", compare_variants(runs), "FA"),
        case("cost_quality", overview(runs), 0.01),
        case("flow", samples, classes),
        case("flips", collateral(samples, near)),
        case("features", verdicts, classes),
        case("features", verdicts, classes, ("nf", "af", "cf")),
        case("against_others", verdicts, 10),
        case("outcomes", verdicts, PIXELS),
        case("threshold_explorer", cut, verdicts),
        case("roc", cut, 3),
        case("precision_recall", cut, 3),
        case("calibration", reliability(p_hard, right)),
        case("baseline_comparison", compare_baselines({"TMU": p_hard}, right), 0.9),
        case("shift", verdicts, right, twin),
        case("twin_features", verdicts, twin),
        case("twin_losses", twin, samples.assign(loss=0.1)),
        case("run_curves", {"A": trajectory}, marks),
        case("run_accuracies", {"A": alone}, marks),
        case("two_runs", image_differences(unlearned, unlearned), classes, ("A", "B")),
        case("class_probabilities", answers, 0, classes),
        case("logit_norms", answers, 0, 1, classes),
        case("attributions", {"original": np.ones((2, 4, 4))}, classes[:2], "smoothgrad"),
        case("attack_roc", pd.DataFrame({"role": "unlearned", "threshold": [9, 5, 1], **rates})),
        case("attack_scores", pd.DataFrame({**attacked, "score": [1.0, -1.0, 2.0, 0.5]})),
        case("relearning_curves", pd.DataFrame(curve_rows), relearning(curves)),
        case("feature_bars", {"unlearned": {"cka_gold": 0.7, "cka_original": 0.9, "probe": probe}}),
        *(case("sequence_gap", pd.DataFrame(step | gaps), metric) for metric in ("gap", "kl")),
        case("sequence_matrix", asked, step["request"], "unlearned"),
    ]


def test_every_figure_is_exported() -> None:
    assert sorted(core.figures.__all__) == core.figures.__all__
    assert set(FIGURES) <= set(core.figures.__all__)


def test_every_figure_is_among_the_cases(cases) -> None:
    assert {case.name for case in cases} == set(FIGURES)


def test_every_figure_says_how_to_read_it_and_names_fractions_that_exist(cases) -> None:
    for case in cases:
        shown = case.draw()
        assert shown.figure.data, case.name
        assert shown.how_to_read.endswith("."), case.name
        assert shown.alt.endswith("."), case.name
        assert set(shown.fractions) <= set(shown.table.columns), case.name
        assert "nan" not in shown.alt, case.name


def test_the_table_of_a_figure_is_made_by_its_table_function_or_is_an_argument(cases) -> None:
    for name, words in cases:
        table = FIGURES[name](**words).table
        make = getattr(inspect.getmodule(FIGURES[name]), f"{name}_table", None)
        if make is None:
            assert any(table.equals(word) for word in words.values() if isinstance(word, pd.DataFrame)), name
        else:
            given = {word: words[word] for word in inspect.signature(make).parameters if word in words}
            pd.testing.assert_frame_equal(table, make(**given))


@pytest.mark.parametrize("classes", [tuple(f'<a href="//x/{n}">%{{x}}$x$' for n in range(3))])
def test_names_are_drawn_letter_by_letter(cases, classes: tuple[str, ...]) -> None:
    """None is a link, a value or a formula; the figures that draw names have them in another spelling."""
    drawn = set()
    for case in cases:
        figure = case.draw().figure.to_json()
        assert not [word for word in ("<a ", "%{x}$", "$") if word in figure.replace("\\u003c", "<")], case.name
        drawn |= {case.name} if "&lt;a" in figure else set()
    assert drawn == NAMES_CLASSES
