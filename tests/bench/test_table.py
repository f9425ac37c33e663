import pytest

from core.bench import BENCHMARKS, benchmark
from core.bench.table import LONG, Table, markdown, printed


def test_a_table_is_printed_row_by_row_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    seen = []

    def rows():
        yield 1, 0.5
        seen.append(capsys.readouterr().out)
        yield "x", None

    kept = printed(Table("Two", ("a", "b"), rows()))
    assert seen == ["\n**Two**\n\n| a | b |\n|---|---|\n| 1 | 0.5000 |\n"]
    assert capsys.readouterr().out == "| x | - |\n"
    assert kept == Table("Two", ("a", "b"), ((1, 0.5), ("x", None)))
    assert markdown(kept) == f"{seen[0].strip()}\n| x | - |"


def test_a_long_table_is_folded() -> None:
    short, long = (markdown(Table("T", ("n",), [(n,) for n in range(count)])) for count in (LONG, LONG + 1))
    assert "<details>" not in short
    assert long.startswith(f"<details><summary>T ({LONG + 1} rows)</summary>\n\n| n |\n|---|\n| 0 |\n")
    assert long.endswith("\n\n</details>")


def test_every_benchmark_can_be_called() -> None:
    assert all(callable(benchmark(name)) for name in BENCHMARKS)
