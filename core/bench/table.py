"""Tables of benchmarks, and how they look in Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

Cell = str | int | float | None
LONG = 40  # rows: the docs fold a longer table


@dataclass(frozen=True)
class Table:
    """One table of a benchmark. ``rows`` may be an iterator that makes each row when it is asked for."""

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]


Part = Table | str  # what a benchmark yields: a table, or a sentence about the tables before it


def printed(part: Part) -> Part:
    """Prints a part, row by row as they come, and returns it with its rows as a tuple."""
    if isinstance(part, str):
        print(f"\n{part}", flush=True)
        return part
    print(f"\n**{part.title}**\n\n{_head(part)}", flush=True)
    return replace(part, rows=tuple(_echoed(part.rows)))


def _echoed(rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    for row in rows:
        print(_row(row), flush=True)
        yield row


def markdown(part: Part) -> str:
    """A part as it stands in the docs; a long table is folded."""
    if isinstance(part, str):
        return part
    rows = [_row(row) for row in part.rows]
    table = "\n".join([_head(part), *rows])
    if len(rows) > LONG:
        return f"<details><summary>{part.title} ({len(rows)} rows)</summary>\n\n{table}\n\n</details>"
    return f"**{part.title}**\n\n{table}"


def _head(table: Table) -> str:
    return f"| {' | '.join(table.head)} |\n|{'---|' * len(table.head)}"


def _row(cells: Sequence[Cell]) -> str:
    """Fractions with four digits, a dash for what has no value."""
    said = ("-" if cell is None else f"{cell:.4f}" if isinstance(cell, float) else str(cell) for cell in cells)
    return f"| {' | '.join(said)} |"
