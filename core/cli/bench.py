"""The command ``bench``."""

import argparse

from core.bench import BENCHMARKS, benchmark
from core.errors import InvalidSpec
from core.specs import choices
from core.store import Store


def bench_words(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("name", nargs="+", help=f"{choices(BENCHMARKS)}")
    parser.add_argument("--sizes", metavar="5,30,80", help="easy-hard: shares of a class, in percent")


def bench(args: argparse.Namespace) -> int:
    """Runs a benchmark by its name, of one word or two."""
    name = " ".join(args.name)
    if name not in BENCHMARKS:
        raise InvalidSpec(f"benchmark {name!r} is not known; choose {choices(BENCHMARKS)}")
    benchmark(name)(Store(args.store, shipped=False), **_sizes(name, args.sizes))
    return 0


def _sizes(name: str, text: str | None) -> dict[str, tuple[int, ...]]:
    if text is None:
        return {}
    if name != "easy-hard":
        raise InvalidSpec(f"--sizes {text}: only easy-hard has sizes; leave it out")
    sizes = text.split(",")
    if not all(size.isdecimal() and 1 <= int(size) <= 99 for size in sizes):
        raise InvalidSpec(f"--sizes {text}: give whole percentages from 1 to 99, apart by commas")
    return {"sizes": tuple(map(int, sizes))}
