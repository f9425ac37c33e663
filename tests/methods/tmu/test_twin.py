from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.datasets import Split
from core.inference import image_losses
from core.methods.tmu.twin import Quota, choose_twin, fit_twin, joined, quotas
from core.specs.methods.tmu import Tmu


def split_of(counts: list[int], first: int = 0, subclass: bool = False) -> Split:
    """As many images of each class, with ids from ``first``."""
    labels = np.repeat(np.arange(len(counts)), counts)
    index = first + np.arange(len(labels))
    return Split(np.zeros((len(labels), 1, 2, 2), np.uint8), labels, index, labels if subclass else None)


def problem_of(forget: list[int], retain: list[int], pool: list[int]) -> SimpleNamespace:
    parts = {"forget": split_of(forget), "retain": split_of(retain, 1000), "pool": split_of(pool, 2000)}
    return SimpleNamespace(num_classes=len(forget), **parts)


def asked(task: SimpleNamespace, **settings) -> dict[int, int]:
    return {quota.label: quota.asked for quota in quotas(task, Tmu(**settings))}


def test_sizes_follow_equation_3_within_every_class():
    task = problem_of([30, 0, 10], [60, 90, 40], [45, 45, 45])
    # |D_tw| = |D_f| / |D_r| * |D|: 30/60 * 90 = 45, 10/40 * 50 = 12.5; class 1 at the ratio of both, 40/100 * 90
    assert asked(task) == {0: 45, 1: 36, 2: 12}
    assert asked(task, twin_classes="forgotten") == {0: 45, 2: 12}


def test_sizes_over_the_data_set():
    task = problem_of([30, 0, 10], [60, 90, 40], [45, 45, 45])
    # 40 / 190 of each class's own images: 90, 90, 50
    assert asked(task, twin_ratio="dataset") == {0: 19, 1: 19, 2: 11}


def test_a_whole_class_uses_the_ratio_of_partly_forgotten_classes():
    task = problem_of([90, 30], [0, 60], [45, 45])
    assert asked(task) == {0: 45, 1: 45}  # 30/60 * 90 for both


def test_one_forget_image_gives_at_least_one_twin_image_per_class():
    assert asked(problem_of([1, 0], [89, 90], [45, 45])) == {0: 1, 1: 1}


def test_a_quota_takes_what_the_pool_has():
    assert Quota(0, 30, 60, asked=50, available=45).taken == 45
    assert Quota(0, 30, 60, asked=40, available=45).taken == 40


def test_twin_images_are_a_drawn_part_of_the_pool():
    pool = split_of([6, 6, 6], 2000)
    sizes = [Quota(0, 1, 1, 2, 6), Quota(2, 1, 1, 9, 6)]
    draws = [choose_twin(pool, sizes, torch.Generator().manual_seed(seed)) for seed in (0, 1)]
    for twin in draws:
        assert np.bincount(twin.labels, minlength=3).tolist() == [2, 0, 6]
        assert set(twin.index) <= set(pool.index)
        assert len(set(twin.index)) == len(twin)
    assert set(draws[0].index) != set(draws[1].index)


def test_joined_keeps_the_order_and_the_subclasses_that_all_have():
    one, two = split_of([1, 1], subclass=True), split_of([2], 10, subclass=True)
    assert joined(one, two).index.tolist() == [0, 1, 10, 11]
    assert joined(one, two).subclass.tolist() == [0, 1, 0, 0]
    assert joined(one, split_of([1], 20)).subclass is None


def test_the_twin_learns_its_images_and_keeps_the_others(problem):
    spec = Tmu(twin_epochs=10)
    model, task = problem(spec, "class=3:30%", "digits-noisy")
    twin = choose_twin(task.pool, quotas(task, spec), torch.Generator().manual_seed(0))
    trained = joined(task.retain, task.forget)
    before = [image_losses(model, split).mean().item() for split in (twin, trained)]
    told = list(fit_twin(model, twin, trained, task, spec, torch.Generator().manual_seed(1)))
    after = [image_losses(model, split).mean().item() for split in (twin, trained)]
    steps = 10 * ((len(twin) + len(trained)) // task.recipe.batch_size)
    assert told == [(n, steps) for n in range(1, steps + 1)]
    assert after[0] < 0.1 * before[0]  # held-out images have become training images
    assert after[1] < 1.5 * before[1]


@pytest.mark.parametrize("spec", [Tmu(), Tmu(twin_classes="forgotten", twin_ratio="dataset")])
def test_twin_images_are_neither_training_nor_test_images(problem, spec: Tmu):
    _, task = problem(spec, "class=3:30%", "digits-noisy")
    twin = choose_twin(task.pool, quotas(task, spec), torch.Generator().manual_seed(0))
    assert set(twin.index) <= set(task.pool.index)
    assert not set(twin.index) & (set(task.forget.index) | set(task.retain.index))
