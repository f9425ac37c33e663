import pytest
import torch
import torch.nn.functional as F

from core.methods.random_label import unlearn
from core.specs import make_method


@pytest.fixture
def labels_seen(monkeypatch):
    """The labels of every cross-entropy that is taken, in order."""
    seen: list[list[int]] = []
    true = F.cross_entropy

    def spy(logits, labels):
        seen.append(labels.tolist())
        return true(logits, labels)

    monkeypatch.setattr(F, "cross_entropy", spy)
    return seen


def run(problem, **settings):
    spec = make_method("random-label", {"max_steps": 6, "step": 1e-4, **settings})
    model, task = problem(spec)
    return task, list(unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)))


def test_wrong_labels_are_never_the_true_one_and_fresh_at_every_step(problem, labels_seen):
    task, steps = run(problem, replay=False)
    assert task.retain is None
    assert len(labels_seen) == len(steps) == 6
    assert all(len(labels) == len(task.forget) for labels in labels_seen)
    drawn = {label for labels in labels_seen for label in labels}
    assert drawn == set(range(10)) - {3}  # about 27 draws for each of nine classes: none is missed
    assert len({tuple(labels) for labels in labels_seen}) == 6


def test_as_many_retained_images_with_their_own_labels_are_replayed(problem, labels_seen):
    task, steps = run(problem)
    assert len(labels_seen) == 2 * len(steps)
    retained = labels_seen[1::2]  # after the forget batch of every step
    sizes = {len(labels) for labels in retained}
    assert all(abs(size - len(task.forget)) <= 4 for size in sizes)  # parts of nearly equal size
    first_pass = [label for labels in retained for label in labels]
    known = torch.from_numpy(task.retain.labels).bincount(minlength=10)
    seen = torch.tensor(first_pass).bincount(minlength=10)
    assert seen[3] == 0
    assert (seen <= known).all()  # six batches are less than a pass: no image twice


def test_the_loss_is_the_sum_of_both_means(problem, monkeypatch):
    values: list[float] = []
    true = F.cross_entropy

    def spy(logits, labels):
        values.append(true(logits, labels).item())
        return true(logits, labels)

    monkeypatch.setattr(F, "cross_entropy", spy)
    _, steps = run(problem)
    assert [step.loss for step in steps] == pytest.approx(
        [a + b for a, b in zip(values[::2], values[1::2], strict=True)]
    )
