"""Benchmarks by name. ``python -m core bench NAME`` prints its tables; ``--write`` also puts them into the docs."""

from collections.abc import Callable, Iterator
from importlib import import_module

from core.bench.table import Part

BENCHMARKS = {  # name -> module
    "summary": "summary",
    "classes": "classes",
    "parts": "partial_forgetting",
    "few-images": "few_images",
    "methods": "methods",
    "first-answer": "first_answer",
    "sequences": "sequences",
    "easy-hard": "easy_hard",
    "paper mu-mis": "paper_mu_mis",
    "paper tmu": "paper_tmu",
    "paper photographs": "paper_photographs",
}


def benchmark(name: str) -> Callable[..., Iterator[Part]]:
    """The benchmark of this name: takes its ``Runs``, and ``easy-hard`` also sizes; yields tables and sentences."""
    return import_module(f"core.bench.{BENCHMARKS[name]}").measure
