"""The figures of the lessons, by the name under which a lesson asks for them."""

from collections.abc import Callable, Sequence

from core.figures import (
    accuracy_comparison,
    answers,
    distribution,
    outcomes,
    relearning_curves,
    run_curves,
    run_marks,
)
from core.lessons import Lesson
from core.metrics.easy_hard import verdicts
from core.roles import gold_roles
from core.store import RunFolder
from pages.ui.shell import data_access
from pages.ui.shell.figure import show

COUNT = 7  # images in a row


def draw(lesson: Lesson, name: str, runs: Sequence[RunFolder]) -> None:
    """Draws one of ``FIGURES``."""
    FIGURES[name](lesson, runs)


def _first_images(run: RunFolder) -> list[int]:
    """Ids of some forget images, evenly from all of them."""
    samples = data_access.samples(run)
    ids = samples.loc[samples["split"] == "forget", "index"].drop_duplicates().sort_values()
    return ids.iloc[:: max(1, len(ids) // COUNT)].iloc[:COUNT].tolist()


def _images(lesson: Lesson, runs: Sequence[RunFolder]) -> None:
    """Some of the forget images, with the original's answers."""
    _show_answers(lesson, runs[0], ["original"])


def _answers(lesson: Lesson, runs: Sequence[RunFolder]) -> None:
    """The same images with the answers of original, unlearned and one gold model."""
    golds = gold_roles(runs[0].result.accuracy)
    _show_answers(lesson, runs[0], ["original", "unlearned", *golds[:1]])


def _show_answers(lesson: Lesson, run: RunFolder, roles: list[str]) -> None:
    samples, ids = data_access.samples(run), _first_images(run)
    wanted = samples[samples["role"].isin(roles)]
    shown = answers(data_access.images(run.spec, ids), wanted, ids, run.spec.model.data.info.classes)
    show(shown, f"lesson.{lesson.name}.{'.'.join(roles)}")


def _accuracies(lesson: Lesson, runs: Sequence[RunFolder]) -> None:
    show(accuracy_comparison(runs[0].result), f"lesson.{lesson.name}.accuracies")


def _sensitivity(lesson: Lesson, runs: Sequence[RunFolder]) -> None:
    show(distribution(data_access.samples(runs[0])), f"lesson.{lesson.name}.sensitivity")


def _curves(lesson: Lesson, runs: Sequence[RunFolder]) -> None:
    """Accuracies and norms of all runs of the lesson, step by step."""
    named = dict(zip(lesson.labels, runs, strict=True))
    trajectories = {name: run.table("trajectory") for name, run in named.items()}
    show(run_curves(trajectories, run_marks({name: name for name in named})), f"lesson.{lesson.name}.curves")


def _outcomes(lesson: Lesson, runs: Sequence[RunFolder]) -> None:
    """Forget images by predicted and true difficulty."""
    predicted = verdicts(data_access.samples(runs[0]))
    shown = outcomes(predicted, data_access.images(runs[0].spec, predicted["index"]))
    show(shown, f"lesson.{lesson.name}.outcomes")


def _relearning(lesson: Lesson, runs: Sequence[RunFolder]) -> None:
    found = runs[0].result["relearning"]
    show(relearning_curves(runs[0].table("relearning"), found), f"lesson.{lesson.name}.relearning")


FIGURES: dict[str, Callable[[Lesson, Sequence[RunFolder]], None]] = {
    "images": _images,
    "answers": _answers,
    "accuracies": _accuracies,
    "sensitivity": _sensitivity,
    "curves": _curves,
    "outcomes": _outcomes,
    "relearning": _relearning,
}
