from dataclasses import replace

import numpy as np
import pytest
import torch

from core.datasets import Split
from core.methods.task import Batches, Task, batches, beside, shuffled
from core.specs import TrainSpec


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def split(labels: list[int]) -> Split:
    ids = np.arange(len(labels))
    images = np.broadcast_to(ids.astype(np.uint8)[:, None, None, None], (len(labels), 1, 2, 2))  # image n shows n
    return Split(images, np.array(labels), ids)


def task(labels: list[int], whole: tuple[int, ...], known: tuple[float, ...] | None) -> Task:
    only = set(labels) <= set(whole)
    return Task(3, whole, only, known, TrainSpec(), lambda seed: torch.nn.Identity(), forget=split(labels))


@pytest.mark.parametrize(
    ("labels", "whole", "known", "target"),
    [
        ([1, 1], (1,), (0.5, 0.6, 0.7), 0.0),
        ([1, 1], (1,), None, 0.0),
        ([1, 1, 2], (1, 2), None, 0.0),
        ([0, 0, 2], (), (0.5, 0.6, 0.8), 0.6),  # (0.5 + 0.5 + 0.8) / 3
        ([1, 1, 2, 2], (1,), (0.5, 0.6, 0.8), 0.4),  # class 1 is gone: (0 + 0 + 0.8 + 0.8) / 4
        ([0, 2], (), None, None),
        ([1, 2], (1,), None, None),
    ],
)
def test_the_target_accuracy(
    labels: list[int], whole: tuple[int, ...], known: tuple[float, ...] | None, target: float | None
):
    assert task(labels, whole, known).target_accuracy == (None if target is None else pytest.approx(target))


@pytest.mark.parametrize(("count", "size", "sizes"), [(10, 4, {3, 4}), (10, 128, {10}), (9, 3, {3}), (1, 1, {1})])
def test_batches_pass_over_every_image_in_nearly_equal_parts(count: int, size: int, sizes: set[int]):
    stream, passes = batches(count, size, seeded()), []
    for _ in range(3):
        seen: list[int] = []
        ends = False
        while not ends:
            batch, ends = next(stream)
            assert len(batch) in sizes
            seen += batch.tolist()
        passes.append(seen)
        assert sorted(seen) == list(range(count))
    assert count == 1 or passes[0] != passes[1]


def test_the_forget_set_is_shuffled_with_its_labels():
    images, labels = shuffled(split([0, 1, 2, 0, 1, 2, 0, 1]), torch.device("cpu"), seeded())
    shown = images[:, 0, 0, 0].long()
    assert shown.tolist() != list(range(8))
    assert sorted(shown.tolist()) == list(range(8))
    assert torch.equal(labels, shown % 3)  # image n had the label n mod 3


def test_batches_carry_images_as_floats_with_their_labels():
    stream = Batches.from_split(split([0, 1, 2, 0, 1]), 2, torch.nn.Linear(1, 1), seeded())
    assert stream.per_pass == 3
    for _ in range(2):
        seen: list[int] = []
        for images, labels in (next(stream) for _ in range(stream.per_pass)):
            shown = (images[:, 0, 0, 0] * 255).round().long()  # image n shows n / 255
            assert images.dtype == torch.float32
            assert torch.equal(labels, shown % 3)  # image n has the label n mod 3
            seen += shown.tolist()
        assert sorted(seen) == list(range(5))


def test_retained_batches_are_as_large_as_those_of_the_forget_set():
    both = replace(task([0, 1, 2], (), None), retain=split([0] * 10))
    model = torch.nn.Linear(1, 1)
    assert len(next(beside(both, 2, model, seeded()))[1]) == 2
    assert beside(both, 128, model, seeded()).per_pass == 4  # ten images in parts of at most three
