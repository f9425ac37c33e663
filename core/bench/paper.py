"""Shared code of the paper benchmarks: settings with a paper's figures, and tables with theirs and ours.

A setting runs if its images are on this machine and, unless it is a reduced setting, there is a GPU. Finished runs in
the store are always printed; the others are "not measured". All results are kept: an interrupted benchmark resumes, and
a training continues from its last epoch. So it can run in pieces: repeat ``timeout 9m python -m core bench paper
mu-mis``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

from core.bench.runs import Runs
from core.bench.table import Table
from core.datasets import is_available
from core.metrics.accuracy import mean_or_none
from core.results import Result
from core.specs import REDUCED, MethodSpec, RunSpec

Column = Callable[[Result, str], float | None]  # result, "unlearned" or "gold" -> a number as the paper prints it

MISSING = "not measured"
# A ResNet, as in the papers, so narrow that a machine without a GPU trains it within minutes.
NARROW: dict[str, int] = REDUCED | {"model.width": 8}

REDUCED_WORDS = "REDUCED, not the paper's setting"


@dataclass(frozen=True)
class Line:
    """One method in a paper's table.

    Attributes:
        method: its spec here; None for retraining (the mean gold).
        printed: column -> the paper's figure.
        seeds: seeds of the original and the method; the golds are the same for all.
    """

    title: str
    method: MethodSpec | None
    printed: Mapping[str, float] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Setting:
    """One request of a paper: a run spec, and the methods to run on it."""

    title: str
    spec: RunSpec
    lines: tuple[Line, ...]

    def specs(self) -> dict[str, list[RunSpec]]:
        """Line's title -> its run specs, one per seed; for retraining, a run with the same golds."""
        methods = [line.method for line in self.lines if line.method is not None]
        return {
            line.title: [
                self.spec.replace(
                    method=line.method or methods[0], unlearn_seed=seed, model=self.spec.model.replace(seed=seed)
                )
                for seed in line.seeds
            ]
            for line in self.lines
        }


def results_of(runs: Runs, specs: Sequence[RunSpec]) -> list[Result]:
    """Results of the specs that the store has or this machine can run."""
    found = (result_of(runs, spec) for spec in specs)
    return [result for result in found if result is not None]


def result_of(runs: Runs, spec: RunSpec) -> Result | None:
    """The result of a spec, from the store or run now; None if this machine can't run it."""
    if runs.has(spec) or (not runs.finished_only and _can_run(spec)):
        return runs.result(spec)
    return None


def _can_run(spec: RunSpec) -> bool:
    import torch  # the Papers page only reads finished runs

    needs_gpu = spec.model.width is None and spec.model.arch != "cnn-fast"
    return is_available(spec.model.data) and (torch.cuda.is_available() or not needs_gpu)


def settings_table(
    runs: Runs, title: str, settings: Sequence[Setting], columns: Mapping[str, Column], *, means: bool = False
) -> Table:
    """The paper's figures and ours, line by line; for several seeds the mean and the range.

    Args:
        means: add each method's mean over the settings: the paper's, and ours over measured settings.
    """
    model = settings[0].spec.model
    if model.width is not None:
        images = "all" if model.data.size is None else f"{model.data.size:,}"
        title += (
            f" ({REDUCED_WORDS}: {model.arch} of width {model.width}, {images} images, {model.train.epochs} epochs)"
        )
    return Table(title, ("setting", "method", "", *columns), _rows(runs, settings, columns, means))


def missing(columns: int) -> list[str]:
    """The cells of a row that was not measured."""
    return [MISSING, *[""] * (columns - 1)]


def accuracy(name: str) -> Column:
    """The column of an accuracy, in percent."""

    def column(result: Result, role: str) -> float | None:
        values = [found[name] for found in of_role(result, role)]
        return None if None in values else 100 * mean(values)

    return column


def of_role(result: Result, role: str) -> list[dict[str, Any]]:
    """The accuracies of the unlearned model, or of every gold."""
    return list(result.golds.values()) if role == "gold" else [result.unlearned]


def _rows(
    runs: Runs, settings: Sequence[Setting], columns: Mapping[str, Column], means: bool
) -> Iterator[Sequence[str]]:
    printed: dict[str, list[list[float | None]]] = {}
    measured: dict[str, list[list[float | None]]] = {}
    for setting in settings:
        for line, specs in zip(setting.lines, setting.specs().values(), strict=True):
            theirs = [line.printed.get(name) for name in columns]
            if line.printed:
                printed.setdefault(line.title, []).append(theirs)
                yield setting.title, line.title, "paper", *map(_text, theirs)
            results = results_of(runs, specs)
            if not results:
                yield setting.title, line.title, "ours", *missing(len(columns))
                continue
            role = "unlearned" if line.method else "gold"
            ours = [[column(result, role) for result in results] for column in columns.values()]
            measured.setdefault(line.title, []).append([mean_or_none(values) for values in ours])
            seeds = f", {len(results)} of {len(specs)} seeds" if len(specs) > 1 else ""
            yield setting.title, line.title, f"ours{seeds}", *map(_range, ours)
    if not means:
        return
    for source, found in (("paper", printed), ("ours", measured)):
        for title, rows in found.items():
            by_column = zip(*rows, strict=True)
            yield f"mean of {len(rows)}", title, source, *(_text(mean_or_none(values)) for values in by_column)


def _range(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    around = f" ({min(known):.2f} to {max(known):.2f})" if len(known) == len(values) > 1 else ""
    return _text(mean_or_none(values)) + around


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
