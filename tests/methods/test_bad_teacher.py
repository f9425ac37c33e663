import numpy as np
import pytest
import torch
from scipy.special import rel_entr

from core.methods.bad_teacher import unlearn
from core.specs import make_method


def run(problem, **settings):
    spec = make_method("bad-teacher", settings)
    model, task = problem(spec)
    seeds: list[int] = []
    fresh = task.fresh

    def spied(seed: int):
        seeds.append(seed)
        return fresh(seed)

    object.__setattr__(task, "fresh", spied)
    return model, task, spec, seeds


def test_the_divergence_is_from_an_untrained_model_on_the_forget_set_and_is_divided_by_the_images(problem, by_hand):
    model, task, spec, seeds = run(problem, batch_size=4096, share=1.0, max_steps=1)
    model.eval()
    own = by_hand.log_probabilities(model, torch.tensor(task.forget.images))
    (step,) = unlearn(model, task, spec, generator=torch.Generator().manual_seed(0))
    (seed,) = seeds
    bad = by_hand.log_probabilities(task.fresh(seed).eval(), torch.tensor(task.forget.images))
    # retained images add nothing yet: the model still is its own good teacher
    expected = rel_entr(np.exp(bad), np.exp(own)).sum() / (len(task.forget) + len(task.retain))
    assert step.loss == pytest.approx(expected, rel=1e-3)


def test_a_pass_has_the_forget_set_and_a_share_of_the_retain_set(problem):
    model, task, spec, _ = run(problem, schedule="authors", share=0.5, batch_size=10)
    steps = list(unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)))
    assert len(steps) == -(-(len(task.forget) + round(0.5 * len(task.retain))) // 10)


def test_the_forget_set_becomes_uncertain_and_the_retain_set_stays(problem, by_hand):
    model, task, spec, _ = run(problem, schedule="authors", epochs=3, learning_rate=1e-3)
    list(unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)))
    entropies = []
    for split in (task.forget, task.retain):
        logs = by_hand.log_probabilities(model, torch.tensor(split.images))
        entropies.append(-(np.exp(logs) * logs).sum(axis=1).mean())
    assert entropies[0] > 1.5  # of at most log(10) = 2.3
    assert entropies[1] < 0.7
