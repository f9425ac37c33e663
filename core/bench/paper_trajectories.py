"""Tables of trajectories: norms and accuracies over the steps of a run."""

from collections.abc import Iterator, Sequence
from statistics import mean

import pandas as pd

from core.bench.paper import Line, Setting, missing, result_of
from core.bench.runs import Runs
from core.bench.table import Cell, Part, Table
from core.results import Result
from core.specs import MethodSpec, RunSpec

DROP = 0.05  # an accuracy has fallen when it is this far below its start
PICTURE = (
    "run",
    "steps",
    "target / start",
    "gold's",
    "irrelevant / start",
    "its lowest",
    "gold's",
    "FA falls at",
    "RA falls at",
    "lowest RA",
    "FA",
    "RA",
    "stop",
)


def trajectories(runs: Runs, setting: Setting) -> Iterator[Part]:
    """The paper's Figure 4 in numbers, and a link to the curves in the app.

    Does the irrelevant norm dip, does the target norm fall as far as gold's, does FA fall before RA?
    """
    title = f"{setting.title}, recipe of {setting.spec.model.train.epochs} epochs: trajectories (fractions), seed 0"
    yield Table(title, PICTURE, _rows(runs, setting))
    ids = [spec.id for line, spec in _followed(setting) if result_of(runs, spec) is not None]
    if len(ids) > 1:
        yield f"Their curves in one figure, while the app runs: http://127.0.0.1:8501/Runs?vs={','.join(ids)}"


def _followed(setting: Setting) -> Iterator[tuple[Line, RunSpec]]:
    """The lines with trajectories, with their first runs."""
    for line, (spec, *_) in zip(setting.lines, setting.specs().values(), strict=True):
        if isinstance(line.method, MethodSpec) and line.method.name != "none":
            yield line, spec


def _rows(runs: Runs, setting: Setting) -> Iterator[Sequence[Cell]]:
    for line, spec in _followed(setting):
        result = result_of(runs, spec)
        if result is None:
            yield line.title, *missing(len(PICTURE) - 1)
            continue
        steps = runs.folder(spec).table("trajectory")
        own, gold = (_norms(result, role) for role in ("unlearned", "gold"))
        lowest = (steps["irrelevant_norm"] / steps["irrelevant_norm"].iloc[0]).min()
        yield (
            line.title, result.steps, own["target"], gold["target"], own["irrelevant"], float(lowest),
            gold["irrelevant"], falls(steps, "FA"), falls(steps, "RA"), float(steps["RA"].min()),
            float(steps["FA"].iloc[-1]), float(steps["RA"].iloc[-1]), result.stop_reason,
        )  # fmt: skip


def _norms(result: Result, role: str) -> dict[str, float]:
    """Mean norms of the forget images, as multiples of the original's."""
    found = result["sensitivity"]
    mine = [values for name, values in found.items() if name.partition("-")[0] == role]
    return {norm: mean(v[norm] for v in mine) / found["original"][norm] for norm in ("target", "irrelevant")}


def falls(steps: pd.DataFrame, name: str) -> str:
    """The first step at which an accuracy is ``DROP`` below its start."""
    below = steps.loc[steps[name] <= steps[name].iloc[0] - DROP, "step"]
    return f"step {below.iloc[0]}" if len(below) else "never"
