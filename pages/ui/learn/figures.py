"""The figures of lessons and papers, by the name under which their files ask for them."""

from collections.abc import Callable, Sequence

import pandas as pd

from core.figures import (
    accuracy_comparison,
    answers,
    baseline_comparison,
    distribution,
    norm_plane,
    outcomes,
    relearning_curves,
    rise_fall,
    run_curves,
    run_marks,
    thumbnail_grid,
    twin_features,
)
from core.lessons import Exhibit
from core.metrics.easy_hard import verdicts
from core.roles import gold_roles
from core.store import RunFolder
from pages.ui.easy_and_hard.scores import compared_baselines
from pages.ui.shell import data_access
from pages.ui.shell.figure import show

COUNT = 7  # images in a row


def draw(exhibit: Exhibit, name: str, runs: Sequence[RunFolder]) -> None:
    """Draws one of ``FIGURES``."""
    FIGURES[name](exhibit, runs)


def _first_images(run: RunFolder) -> list[int]:
    """Ids of some forget images, evenly from all of them."""
    samples = data_access.samples(run)
    ids = samples.loc[samples["split"] == "forget", "index"].drop_duplicates().sort_values()
    return ids.iloc[:: max(1, len(ids) // COUNT)].iloc[:COUNT].tolist()


def _pictures(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    """Some of the forget images, without a word."""
    ids = _first_images(runs[0])
    shown = thumbnail_grid(data_access.images(runs[0].spec, ids), pd.DataFrame({"index": ids}), len(ids))
    show(shown, f"exhibit.{exhibit.name}.pictures")


def _images(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    """Some of the forget images, with the original's answers."""
    _show_answers(exhibit, runs[0], ["original"])


def _answers(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    """The same images with the answers of original, unlearned and one gold model."""
    golds = gold_roles(runs[0].result.accuracy)
    _show_answers(exhibit, runs[0], ["original", "unlearned", *golds[:1]])


def _show_answers(exhibit: Exhibit, run: RunFolder, roles: list[str]) -> None:
    samples, ids = data_access.samples(run), _first_images(run)
    wanted = samples[samples["role"].isin(roles)]
    shown = answers(data_access.images(run.spec, ids), wanted, ids, run.spec.model.data.info.classes)
    show(shown, f"exhibit.{exhibit.name}.{'.'.join(roles)}")


def _accuracies(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    show(accuracy_comparison(runs[0].result), f"exhibit.{exhibit.name}.accuracies")


def _sensitivity(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    show(distribution(data_access.samples(runs[0])), f"exhibit.{exhibit.name}.sensitivity")


def _all_norms(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    """All input gradients of an image together."""
    show(distribution(data_access.samples(runs[0]), "forget", "jacobian_norm"), f"exhibit.{exhibit.name}.all_norms")


def _norm_plane(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    show(norm_plane(data_access.samples(runs[0])), f"exhibit.{exhibit.name}.norm_plane")


def _rise_fall(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    show(rise_fall(data_access.samples(runs[0]), "forget"), f"exhibit.{exhibit.name}.rise_fall")


def _curves(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    """Accuracies and norms of all runs, step by step."""
    named = dict(zip(exhibit.labels, runs, strict=True))
    trajectories = {name: run.table("trajectory") for name, run in named.items()}
    show(run_curves(trajectories, run_marks({name: name for name in named})), f"exhibit.{exhibit.name}.curves")


def _outcomes(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    """Forget images by predicted and true difficulty."""
    predicted = verdicts(data_access.samples(runs[0]))
    shown = outcomes(predicted, data_access.images(runs[0].spec, predicted["index"]))
    show(shown, f"exhibit.{exhibit.name}.outcomes")


def _twin(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    """Twin images and forget images of the request in the plane of two features."""
    show(twin_features(verdicts(data_access.samples(runs[0])), runs[0].table("twin")), f"exhibit.{exhibit.name}.twin")


def _baselines(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    ceiling = runs[0].result["easy_hard"]["ceiling_auc"]
    show(baseline_comparison(compared_baselines(runs[0]), ceiling), f"exhibit.{exhibit.name}.baselines")


def _relearning(exhibit: Exhibit, runs: Sequence[RunFolder]) -> None:
    found = runs[0].result["relearning"]
    show(relearning_curves(runs[0].table("relearning"), found), f"exhibit.{exhibit.name}.relearning")


FIGURES: dict[str, Callable[[Exhibit, Sequence[RunFolder]], None]] = {
    "pictures": _pictures,
    "images": _images,
    "answers": _answers,
    "accuracies": _accuracies,
    "sensitivity": _sensitivity,
    "all_norms": _all_norms,
    "norm_plane": _norm_plane,
    "rise_fall": _rise_fall,
    "curves": _curves,
    "outcomes": _outcomes,
    "twin": _twin,
    "baselines": _baselines,
    "relearning": _relearning,
}
