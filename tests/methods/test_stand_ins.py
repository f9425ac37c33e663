"""Stand-ins for unseen images, against the unseen images themselves."""

import numpy as np
import pytest
import torch

from core import load_dataset
from core.inference import accuracy
from core.methods.stand_ins import MIN_COPIES, StandIns
from core.specs import make_method
from core.training import tensors

CPU = torch.device("cpu")
SPEC = make_method("mu-mis")


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize(
    ("forget", "copies"), [("class=3:8", MIN_COPIES), ("class=3:7", 7 * 29), ("random=200", MIN_COPIES)]
)
def test_the_original_gets_as_many_copies_right_as_unseen_images(problem, forget: str, copies: int):
    model, task = problem(SPEC, forget, "digits-noisy", known=0.8)
    stand_ins = StandIns.of(model, task, seeded())
    assert len(stand_ins.labels) == copies
    assert stand_ins.images.min() >= 0
    assert stand_ins.images.max() <= 1
    assert stand_ins.start == accuracy(model, stand_ins.images, stand_ins.labels) == pytest.approx(0.8, abs=0.02)
    assert stand_ins.loss() == 0.0


@pytest.mark.parametrize(("forget", "known"), [("class=3", 0.8), ("class=3:50%", None), ("class=3:50%+class=4", 0.8)])
def test_no_stand_ins_for_whole_classes_or_unknown_accuracy(problem, forget: str, known: float | None):
    model, task = problem(SPEC, forget, known=known)
    assert StandIns.of(model, task, seeded()) is None


def test_the_estimated_loss_is_near_that_of_unseen_images(problem):
    """The class's logit is lowered, by which no forget image is lost yet, and a fifth of the unseen ones."""
    data = load_dataset("digits-noisy")
    pool, test = (tensors(part.take(part.labels == 3), CPU) for part in (data.pool, data.test))
    unseen = tuple(torch.cat(pair) for pair in zip(pool, test, strict=True))
    known = accuracy(problem(SPEC, "class=3", "digits-noisy")[0], *pool)
    model, task = problem(SPEC, "class=3:8", "digits-noisy", known=known)
    stand_ins, before = StandIns.of(model, task, seeded()), accuracy(model, *unseen)
    estimates, truths = [], []
    for _ in range(5):
        with torch.no_grad():
            model.head.bias[3] -= 0.5
        estimates.append(stand_ins.loss())
        truths.append(before - accuracy(model, *unseen))
    assert truths[-1] > 0.2
    assert accuracy(model, *tensors(task.forget, CPU)) == 1.0
    assert np.abs(np.subtract(estimates, truths)).max() < 0.1
