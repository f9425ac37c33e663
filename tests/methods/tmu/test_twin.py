from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.datasets import Split
from core.inference import image_losses
from core.methods.tmu.twin import MAX_EPOCHS, Quota, choose_twin, fine_tune, joined, quotas, refit
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


def test_the_papers_sizes_follow_equation_3_over_the_data_set():
    task = problem_of([30, 0, 10], [60, 90, 40], [45, 45, 45])
    # |D_f| / |D_r| * |D| = 40 / 190 * 230 = 48.4, in the ratio of the forgotten images, 30 to 10
    assert asked(task, variant="paper") == {0: 36, 2: 12}
    assert asked(problem_of([90, 30, 1], [0, 60, 90], [45] * 3), variant="paper") == {1: 54, 2: 2}  # two for BatchNorm


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
    told = list(refit(model, twin, trained, task, spec, torch.Generator().manual_seed(1)))
    after = [image_losses(model, split).mean().item() for split in (twin, trained)]
    steps = 10 * ((len(twin) + len(trained)) // task.recipe.batch_size)
    assert told == [(n, steps) for n in range(1, steps + 1)]
    assert after[0] < 0.1 * before[0]  # held-out images have become training images
    assert after[1] < 1.5 * before[1]


def test_the_papers_twin_is_fine_tuned_on_its_images_alone_to_the_originals_loss(problem):
    spec = Tmu(variant="paper")
    model, task = problem(spec, "class=3:30%", "digits-noisy")
    sizes = quotas(task, spec)
    twin = choose_twin(task.pool, sizes, torch.Generator().manual_seed(0))
    assert set(twin.labels) == {3}
    target = image_losses(model, task.forget).mean().item()
    assert image_losses(model, twin).mean().item() > target
    told = list(fine_tune(model, twin, sizes, target, task, spec, torch.Generator().manual_seed(1)))
    assert image_losses(model, twin).mean().item() <= target
    assert not model.training
    steps = len(told)
    assert told == [(n, MAX_EPOCHS) for n in range(1, steps)] + [(steps, steps)]  # one batch of few images per epoch


def test_augmented_copies_stand_in_for_images_that_the_pool_lacks(problem, monkeypatch):
    seen: list[Split] = []

    def spy(model, split, recipe, *, generator):
        seen.append(split)
        yield from ()

    monkeypatch.setattr("core.methods.tmu.twin.train", spy)
    spec = Tmu(variant="paper")
    model, task = problem(spec, "class=3:60%", "digits-noisy")
    sizes = [Quota(3, 24, 16, asked=50, available=45), Quota(5, 4, 36, asked=4, available=45)]
    twin = choose_twin(task.pool, sizes, torch.Generator().manual_seed(0))
    list(fine_tune(model, twin, sizes, 0.0, task, spec, torch.Generator().manual_seed(1)))
    (images,) = seen
    assert np.bincount(images.labels)[[3, 5]].tolist() == [50, 4]
    assert (images.images[: len(twin)] == twin.images).all()
    by_id = dict(zip(twin.index, twin.images, strict=True))
    for copy, index in zip(images.images[len(twin) :], images.index[len(twin) :], strict=True):
        shifts = [
            np.pad(by_id[index], ((0, 0), (1, 1), (1, 1)))[:, dy : dy + 8, dx : dx + 8]
            for dy in range(3)
            for dx in range(3)
        ]
        assert any((copy == shift).all() for shift in shifts)


@pytest.mark.parametrize("spec", [Tmu(), Tmu(variant="paper")])
def test_twin_images_are_neither_training_nor_test_images(problem, spec: Tmu):
    _, task = problem(spec, "class=3:30%", "digits-noisy")
    twin = choose_twin(task.pool, quotas(task, spec), torch.Generator().manual_seed(0))
    assert set(twin.index) <= set(task.pool.index)
    assert not set(twin.index) & (set(task.forget.index) | set(task.retain.index))
