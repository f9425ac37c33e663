"""Five digits forgotten one after another by four methods: damage and relapse after every step."""

from collections.abc import Iterator

import pandas as pd

from core.analysis.sequences import request_accuracies, sequence_steps
from core.bench.runs import Runs
from core.bench.table import Part, Table
from core.specs import METHODS, ForgetRequest, make_spec
from core.specs.sequence import sequence_runs

DIGITS = (1, 3, 5, 7, 9)
ROWS = ("mu-mis", "tmu", "random-label", "gradient-ascent")
GAPS = {"gap": "Utility gap", "resilience": "Resilience gap"}
HEAD = ("method", *(f"after {number}" for number in DIGITS))


def measure(runs: Runs) -> Iterator[Part]:
    """A table per gap: percentage points after every step, with the gold spread as noise floor."""
    steps = {METHODS[method].title: _steps(runs, method) for method in ROWS}
    for gap, title in GAPS.items():
        rows = [(method, *_points(table[gap])) for method, table in steps.items()]
        floor = _points(next(iter(steps.values()))[f"{gap}_floor"])
        yield Table(f"{title} in points, digits, golds 1 to 3", HEAD, [*rows, ("gold spread", *floor)])


def _steps(runs: Runs, method: str) -> pd.DataFrame:
    """One row per step of a sequence."""
    *earlier, last = (f"class={number}" for number in DIGITS)
    final = make_spec("digits", last, method).replace(after=tuple(ForgetRequest(text=text) for text in earlier))
    specs = sequence_runs(final)
    results = [runs.result(spec) for spec in specs]
    return sequence_steps(results, request_accuracies([runs.store.run(spec.id).samples() for spec in specs]))


def _points(gaps: pd.Series) -> list[str]:
    return ["-" if pd.isna(gap) else f"{100 * gap:.1f}" for gap in gaps]
