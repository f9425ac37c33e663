import math

import pytest
import torch
from torch import Tensor

from core.evaluation.tables import accuracy
from core.methods.descent import descend_until_forgotten
from core.methods.steps import get_weights
from core.specs import make_method
from core.specs.methods import FALLBACK_FRACTION
from core.training import tensors


def follow(problem, settings=None, **words):
    """Descends on the mean logit of the label; returns the model, its forget images, the steps and all weights."""
    spec = make_method("gradient-ascent", {"step": 0.002, **(settings or {})})
    model, task = problem(spec, **words)

    def loss_of(images: Tensor, labels: Tensor) -> Tensor:
        return model(images).gather(1, labels[:, None]).mean()

    weights, steps = [get_weights(model)], []
    for step in descend_until_forgotten(model, task, spec, loss_of, generator=torch.Generator().manual_seed(0)):
        steps.append(step)
        weights.append(get_weights(model))
    return model, tensors(task.forget, torch.device("cpu")), steps, weights


def length(weights: list[Tensor]) -> float:
    return math.hypot(*(weight.norm().item() for weight in weights))


def test_every_step_is_as_long_as_a_fraction_of_the_weights(problem):
    _, _, steps, weights = follow(problem, {"max_steps": 3})
    for n, step in enumerate(steps):
        moved = length([b - a for a, b in zip(weights[n], weights[n + 1], strict=True)])
        assert moved == pytest.approx(0.002 * length(weights[n]), rel=1e-3)
        assert step.values == {"step_size": pytest.approx(moved, rel=1e-3)}
    assert [step.stop_reason is None for step in steps] == [True, True, False]
    assert steps[-1].stop_reason.startswith("step limit of 3 reached: the forget set's accuracy had not come down")


def test_it_stops_where_a_whole_class_is_forgotten(problem):
    model, forget, steps, _ = follow(problem)
    assert accuracy(model, *forget) == 0.0
    assert steps[-1].stop_reason == "the forget set's accuracy came down to 0.0%; its target was 0.0%"
    assert steps[0].loss > steps[-1].loss


def test_part_of_a_class_stops_near_its_held_out_accuracy(problem):
    model, forget, steps, _ = follow(problem, forget="class=3:60%", known=0.7)
    found = accuracy(model, *forget)
    assert abs(found - 0.7) < 0.1
    assert steps[-1].stop_reason == f"the forget set's accuracy came down to {found:.1%}; its target was 70.0%"


def test_without_a_known_accuracy_it_stops_at_a_fraction_of_the_first(problem):
    start, _ = problem(make_method("gradient-ascent"), forget="class=3:60%")
    _, forget, steps, _ = follow(problem, forget="class=3:60%", known=None)
    target = FALLBACK_FRACTION * accuracy(start, *forget)
    assert steps[-1].stop_reason.endswith(f"its target was {target:.1%}")


def test_at_least_one_step_is_made(problem):
    _, _, steps, weights = follow(problem, forget="class=3:60%", known=1.0)  # met before the first step
    assert len(steps) == 1
    assert any(not a.equal(b) for a, b in zip(*weights, strict=True))
