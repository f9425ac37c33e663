"""Benchmarks by name; ``python -m core bench NAME`` prints what the README reports."""

from collections.abc import Callable
from importlib import import_module

from core.store import Store

BENCHMARKS = ("classes", "parts")


def benchmark(name: str) -> Callable[[Store], None]:
    """The benchmark of this name: it takes the store that keeps its runs, and prints."""
    return import_module(f"core.bench.{name}").measure
