import numpy as np
import pytest
import torch
from scipy.special import log_softmax, rel_entr

from core.methods.scrub import unlearn
from core.specs import make_method


def logits(model, split) -> np.ndarray:
    with torch.no_grad():
        return model(torch.tensor(split.images).float() / 255).double().numpy()


def divergence(teacher: np.ndarray, student: np.ndarray, temperature: float) -> float:
    """KL(teacher || student), mean over the images, times T squared."""
    p, q = (np.exp(log_softmax(each / temperature, axis=1)) for each in (teacher, student))
    return float(rel_entr(p, q).sum(axis=1).mean() * temperature**2)


def test_a_step_away_and_a_step_back(problem):
    spec = make_method("scrub", {"batch_size": 4096, "gamma": 0.7, "alpha": 0.2, "temperature": 3.0, "max_steps": 2})
    model, task = problem(spec, "random=90%")  # 40 images are retained: one batch of the recipe's 64
    teacher = {name: logits(model.eval(), split) for name, split in (("forget", task.forget), ("retain", task.retain))}
    student, _ = problem(spec)
    away, back = -divergence(teacher["forget"], logits(student.train(), task.forget), 3.0), None
    steps = unlearn(model, task, spec, generator=torch.Generator().manual_seed(0))
    assert next(steps).loss == pytest.approx(away, rel=1e-3)
    student.load_state_dict(model.state_dict())  # after the step away
    found = logits(student.train(), task.retain)
    entropy = -log_softmax(found, axis=1)[np.arange(len(found)), task.retain.labels].mean()
    back = 0.7 * entropy + 0.2 * divergence(teacher["retain"], found, 3.0)
    assert next(steps).loss == pytest.approx(back, rel=1e-3)


@pytest.mark.parametrize(("msteps", "epochs"), [(2, 3), (0, 2), (5, 2)])
def test_the_authors_passes_begin_with_steps_away_at_first(problem, msteps: int, epochs: int):
    settings = {"schedule": "authors", "batch_size": 9, "msteps": msteps, "epochs": epochs, "learning_rate": 1e-3}
    spec = make_method("scrub", settings)
    model, task = problem(spec)
    away, back = -(-len(task.forget) // 9), -(-len(task.retain) // task.recipe.batch_size)
    signs = [step.loss > 0 for step in unlearn(model, task, spec, generator=torch.Generator().manual_seed(0))]
    assert signs == [s for n in range(epochs) for s in [False] * (away if n < msteps else 0) + [True] * back]


def test_the_forget_set_is_forgotten_and_the_retain_set_kept(problem, by_hand):
    spec = make_method("scrub")
    model, task = problem(spec)
    list(unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)))
    assert by_hand.cross_entropy(model, task.forget) > 1
    assert by_hand.cross_entropy(model, task.retain) < 0.3
