"""Tables of benchmarks, and their Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

Cell = str | int | float | None
LONG = 40  # rows; longer tables are folded in the docs


@dataclass(frozen=True)
class Table:
    """A table of a benchmark; ``rows`` may be a lazy iterator."""

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]


Part = Table | str  # what a benchmark yields: a table, or a sentence about the tables before it


def printed(part: Part) -> Part:
    """Prints a part row by row, and returns it with its rows as a tuple."""
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
    """A part as Markdown; long tables are folded."""
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
    """A row: floats with four digits, a dash for None."""
    texts = ("-" if cell is None else f"{cell:.4f}" if isinstance(cell, float) else str(cell) for cell in cells)
    return f"| {' | '.join(texts)} |"
