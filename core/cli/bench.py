"""The command ``bench``."""

import argparse

from core.bench import BENCHMARKS, benchmark
from core.errors import InvalidSpec
from core.specs import choices
from core.store import Store


def bench_words(parser: argparse.ArgumentParser) -> None:
    """Adds the options of ``bench``."""
    parser.add_argument("name", nargs="+", help=choices(tuple(BENCHMARKS)))
    parser.add_argument("--sizes", metavar="5,30,80", help="for easy-hard: shares of a class to forget, in percent")
    parser.add_argument("--write", action="store_true", help="also write the tables into docs/ or README.md")


def bench(args: argparse.Namespace) -> int:
    """Runs a benchmark and prints its tables."""
    from core.bench.record import page_of, write
    from core.bench.runs import Runs
    from core.bench.table import printed

    name = " ".join(args.name)
    if name not in BENCHMARKS:
        raise InvalidSpec(f"benchmark {name!r} is not known; choose {choices(tuple(BENCHMARKS))}")
    sizes = _sizes(name, args.sizes)
    if args.write and sizes:
        raise InvalidSpec(f"--write with --sizes {args.sizes}: the docs show the default sizes; use only one of them")
    if args.write:
        page_of(name)  # raises before hours of work
    runs = Runs(Store(args.store, shipped=False))
    parts = [printed(part) for part in benchmark(name)(runs, **sizes)]
    if args.write:
        print(f"\nwritten to {write(name, parts, runs)}")
    return 0


def _sizes(name: str, text: str | None) -> dict[str, tuple[int, ...]]:
    if text is None:
        return {}
    if name != "easy-hard":
        raise InvalidSpec(f"--sizes {text}: only easy-hard has sizes; leave it out")
    sizes = text.split(",")
    if not all(size.isdecimal() and 1 <= int(size) <= 99 for size in sizes):
        raise InvalidSpec(f"--sizes {text}: give whole percentages from 1 to 99, separated by commas")
    return {"sizes": tuple(map(int, sizes))}
