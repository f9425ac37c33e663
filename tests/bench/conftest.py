"""For benchmarks: runs whose results are given, the cells of what is printed, a data set of a few small images."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import RunSpec, Store
from core.bench.runs import Runs
from core.datasets import add_images
from core.results import Result

Make = Callable[[RunSpec], dict[str, Any] | None]


class GivenRuns(Runs):
    """Runs whose results a function makes up; None is a run that this machine does not have."""

    def __init__(self, store: Store, make: Make) -> None:
        super().__init__(store)
        self.make = make
        self.asked: list[RunSpec] = []

    def has(self, spec: RunSpec) -> bool:
        return self.make(spec) is not None

    def result(self, spec: RunSpec) -> Result:
        self.asked.append(spec)
        return Result(self.make(spec) or {})


@pytest.fixture
def given(store: Store) -> Callable[[Make], GivenRuns]:
    """``given(make)``: the runs of a benchmark, with the result ``make(spec)`` each."""
    return lambda make: GivenRuns(store, make)


@pytest.fixture
def cells() -> Callable[[str], list[list[str]]]:
    """``cells(text)``: the rows of all Markdown tables in a text, without the rules below the heads."""

    def of(text: str) -> list[list[str]]:
        lines = [line for line in text.splitlines() if line.startswith("|") and "---" not in line]
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]

    return of


@pytest.fixture
def tiny(own_store: Path, tmp_path: Path) -> str:
    """The name of 240 training images (a fifth of them the pool) and 60 test images, 8x8 grey, in four classes: a
    bright quarter of the picture says which, under noise that is strong enough for errors."""
    rng = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 240), ("test", 60)):
        labels = np.arange(count) % 4
        images = rng.normal(100, 60, (count, 8, 8))
        for image, label in zip(images, labels, strict=True):
            image[4 * (label // 2) :, 4 * (label % 2) :][:4, :4] += 60
        arrays |= {f"x_{part}": images.clip(0, 255).astype(np.uint8), f"y_{part}": labels}
    np.savez(tmp_path / "tiny.npz", class_names=np.array(list("abcd")), **arrays)
    return add_images(f"npz:{tmp_path / 'tiny.npz'}")
