"""The README's table: Do nothing, MU-Mis, TMU and gold on whole classes and on parts of classes."""

from collections.abc import Iterator, Sequence
from statistics import mean

from core.bench.runs import Runs, required
from core.bench.table import Part, Table
from core.results import Accuracies, Result
from core.specs import METHODS, make_spec

DATA = "digits-noisy"
REQUESTS = {"whole class": "class={}", "30 % of a class": "class={}:30%"}
ROWS = ("none", "mu-mis", "tmu")
COLUMNS = {"forget set": "FA", "test images of the class": "FA_test", "all test images": "TA"}
HEAD = (
    "",
    *(f"{request}: {column}" for request in REQUESTS for column in (*COLUMNS, "gap to gold")),
    "time of one retraining",
)


def measure(runs: Runs) -> Iterator[Part]:
    """A row per method and one for gold: accuracies in percent, gaps in points, means over ten classes."""
    found = {
        method: [
            [runs.result(make_spec(DATA, request.format(number), method)) for number in range(10)]
            for request in REQUESTS.values()
        ]
        for method in ROWS
    }
    rows = [_row(METHODS[method].title, results) for method, results in found.items()]
    yield Table(f"{DATA}, means over ten requests of each kind, golds 1 to 3", HEAD, [*rows, _gold(found["none"])])


def _row(title: str, results: Sequence[Sequence[Result]]) -> list[str]:
    cells = []
    for of_request in results:
        cells += _accuracies([result.unlearned for result in of_request])
        cells.append(_points([result.gap for result in of_request]))
    return [title, *cells, _percent([result.time_ratio for of_request in results for result in of_request])]


def _gold(results: Sequence[Sequence[Result]]) -> list[str]:
    """The row of gold; its gap is the gold spread: the distance of a gold to the other golds."""
    cells = []
    for of_request in results:
        cells += _accuracies([gold for result in of_request for gold in result.golds.values()])
        cells.append(_points([result.gold_spread for result in of_request]))
    return ["Gold (retrained)", *cells, "100 %"]


def _accuracies(found: Sequence[Accuracies]) -> list[str]:
    return [_percent([accuracies[name] for accuracies in found]) for name in COLUMNS.values()]


def _percent(shares: Sequence[float | None]) -> str:
    return f"{100 * mean(map(required, shares)):.0f} %"


def _points(gaps: Sequence[float | None]) -> str:
    return f"{100 * mean(map(required, gaps)):.1f}"
