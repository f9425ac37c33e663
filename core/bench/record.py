"""The record of a benchmark and the section of the docs made from it.

``docs/results/NAME.json`` is the record; the section is made from the record alone. It is written to the page of the
docs, or to the README, that has the markers of the benchmark.
"""

import os
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import torch

from core.bench.runs import Runs
from core.bench.table import Part, Table, markdown
from core.errors import NotFound
from core.experiment.versions import processor
from core.paths import PROJECT
from core.store import write_bytes, write_json

Record = dict[str, Any]


def write(name: str, parts: Sequence[Part], runs: Runs, project: Path = PROJECT) -> Path:
    """Writes the record of a benchmark and replaces its section; returns the page.

    Raises:
        NotFound: no page has the markers of this benchmark.
    """
    record = make_record(name, parts, runs)
    page = page_of(name, project)
    write_json(record_file(name, project), record)
    write_bytes(page, _section_of(name).sub(lambda _: section(record), page.read_text()).encode())
    return page


def record_file(name: str, project: Path = PROJECT) -> Path:
    """The file of a benchmark's record."""
    return project / "docs" / "results" / f"{name.replace(' ', '-')}.json"


def page_of(name: str, project: Path = PROJECT) -> Path:
    """The page with the section of a benchmark.

    Raises:
        NotFound: there is none.
    """
    for page in (project / "README.md", *sorted((project / "docs").glob("*.md"))):
        if _section_of(name).search(page.read_text()):
            return page
    raise NotFound(f"no page of the docs has the line {_marks(name)[0]!r} and, below it, {_marks(name)[1]!r}")


def make_record(name: str, parts: Sequence[Part], runs: Runs) -> Record:
    """The record: seeds, machine, dates and tables of a benchmark, as JSON."""
    results = list(runs.used.values())
    ended = [date.fromtimestamp((runs.store.run(run).folder / "result.json").stat().st_mtime) for run in runs.used]
    return {
        "name": name,
        "runs": len(results),
        "dates": [day.isoformat() for day in (min(ended), max(ended))] if ended else [],
        "seeds": {
            "original": sorted({result.spec.model.seed for result in results}),
            "unlearning": sorted({result.spec.unlearn_seed for result in results}),
            "gold": sorted({seed for result in results for seed in result.spec.gold_seeds}),
        },
        "machine": {
            "devices": sorted({result["device"] for result in results}),
            "torch": sorted({result["versions"]["torch"] for result in results}),
            "processor": processor(),
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
        },
        "parts": [part if isinstance(part, str) else _as_json(part) for part in parts],
    }


def section(record: Record) -> str:
    """The section of a benchmark: command, origin of the numbers, tables."""
    first, last = _marks(record["name"])
    parts = [part if isinstance(part, str) else Table(**part) for part in record["parts"]]
    return "\n\n".join(
        [first, f"`python -m core bench {record['name']}`", _origin(record), *map(markdown, parts), last]
    )


def _origin(record: Record) -> str:
    """Seeds, dates and machine of the runs, as text."""
    if not record["runs"]:
        return "No runs yet."
    seeds, machine = record["seeds"], record["machine"]
    days = " to ".join(dict.fromkeys(record["dates"]))
    return (
        f"{record['runs']} runs, finished {days}. Seeds: original {_list(seeds['original'])}; unlearning "
        f"{_list(seeds['unlearning'])}; gold {_list(seeds['gold'])}. Device {_list(machine['devices'])}, torch "
        f"{_list(machine['torch'])}; {machine['processor']}, {machine['cores']} cores, {machine['threads']} threads."
    )


def _as_json(table: Table) -> dict[str, Any]:
    return {"title": table.title, "head": list(table.head), "rows": [list(row) for row in table.rows]}


def _list(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- bench {name}: written by its --write, not by hand -->", f"<!-- end of bench {name} -->"


def _section_of(name: str) -> re.Pattern[str]:
    first, last = map(re.escape, _marks(name))
    return re.compile(f"{first}.*?{last}", re.DOTALL)
