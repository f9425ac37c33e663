import pytest
import torch

from core.methods.neg_grad_plus import unlearn
from core.specs import make_method


@pytest.mark.parametrize("alpha", [0.95, 0.6, 1.0, 0.0])
def test_the_loss_weighs_retain_by_alpha_and_forget_by_minus_the_rest(problem, by_hand, alpha: float):
    spec = make_method("neg-grad-plus", {"alpha": alpha, "batch_size": 4096, "max_steps": 1})
    model, task = problem(spec, "random=60%")  # the larger part, so that one batch is all of D_r as well
    model.train()  # as the method has it
    forget, retain = (by_hand.cross_entropy(model, split) for split in (task.forget, task.retain))
    (step,) = unlearn(model, task, spec, generator=torch.Generator().manual_seed(0))
    assert step.loss == pytest.approx(alpha * retain - (1 - alpha) * forget, rel=1e-3, abs=1e-6)


def test_the_forget_set_is_lost_and_the_retain_set_kept(problem, by_hand):
    spec = make_method("neg-grad-plus")
    model, task = problem(spec)
    model.eval()
    before = by_hand.cross_entropy(model, task.forget)
    list(unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)))
    assert by_hand.cross_entropy(model, task.forget) > before + 1
    assert by_hand.cross_entropy(model, task.retain) < 0.5


def test_a_pass_of_the_authors_is_one_over_the_retain_set(problem):
    spec = make_method("neg-grad-plus", {"schedule": "authors", "epochs": 2, "batch_size": 20})
    model, task = problem(spec)
    steps = list(unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)))
    assert len(steps) == 2 * -(-len(task.retain) // 20)
