"""Benchmarks by name; ``python -m core bench NAME`` prints what the README reports."""

from collections.abc import Callable
from importlib import import_module

BENCHMARKS = ("classes", "parts", "methods", "easy-hard", "paper mu-mis", "paper tmu")


def benchmark(name: str) -> Callable[..., None]:
    """The benchmark of this name: it takes the store that keeps its runs, ``easy-hard`` also sizes, and prints."""
    return import_module(f"core.bench.{name.replace('-', '_').replace(' ', '_')}").measure
