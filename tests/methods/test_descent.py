import math
from functools import partial

import pytest
import torch
from torch import Tensor, nn

from core.events import NoStep
from core.inference import accuracy
from core.methods import stops
from core.methods.descent import run
from core.methods.steps import get_weights
from core.methods.task import Batches
from core.specs import make_method
from core.specs.methods.notes import FALLBACK_FRACTION
from core.training import as_float, tensors


def mean_logit(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    return model(images).gather(1, labels[:, None]).mean()


def follow(problem, settings=None, authors_steps=4, how=None, **words):
    """Descends on the mean logit of the label; returns the model, its forget images, the steps and all weights."""
    spec = make_method("gradient-ascent", {"step": 0.002} if settings is None else settings)
    model, task = problem(spec, **words)

    generator = torch.Generator().manual_seed(0)
    forget = Batches.from_split(task.forget, spec.batch_size, model, generator)
    losses = (partial(mean_logit, model, images, labels) for images, labels in forget)
    weights, steps = [get_weights(model)], []
    for step in run(model, task, spec, losses, authors_steps, generator=generator, **(how or {})):
        steps.append(step)
        weights.append(get_weights(model))
    return model, tensors(task.forget, torch.device("cpu")), steps, weights


def length(weights: list[Tensor]) -> float:
    return math.hypot(*(weight.norm().item() for weight in weights))


def test_every_step_is_as_long_as_a_fraction_of_the_weights(problem):
    _, _, steps, weights = follow(problem, {"step": 0.002, "max_steps": 3})
    for n, step in enumerate(steps):
        moved = length([b - a for a, b in zip(weights[n], weights[n + 1], strict=True)])
        assert moved == pytest.approx(0.002 * length(weights[n]), rel=1e-3)
        assert step.values == {"step_size": pytest.approx(moved, rel=1e-3)}
    assert [step.stop_reason is None for step in steps] == [True, True, False]
    assert steps[-1].stop_reason.startswith("step limit of 3 reached: the forget set's accuracy did not fall")


def test_it_stops_where_a_whole_class_is_forgotten(problem):
    model, forget, steps, _ = follow(problem)
    assert accuracy(model, *forget) == 0.0
    assert steps[-1].stop_reason == "the forget set's accuracy fell to 0.0%; its target was 0.0%"
    assert steps[0].loss > steps[-1].loss


def test_part_of_a_class_stops_near_its_held_out_accuracy(problem, monkeypatch):
    monkeypatch.setattr(stops, "MAX_LOSS", 1.0)  # whatever that costs unseen images
    model, forget, steps, _ = follow(problem, forget="class=3:60%", known=0.7)
    found = accuracy(model, *forget)
    assert abs(found - 0.7) < 0.1
    target = round(0.7 * len(forget[1])) / len(forget[1])
    assert steps[-1].stop_reason == f"the forget set's accuracy fell to {found:.1%}; its target was {target:.1%}"


def test_a_partly_forgotten_class_stops_before_it_loses_too_much(problem):
    _, _, steps, weights = follow(problem, forget="class=3:60%", known=0.7)
    assert steps[-1].stop_reason.startswith("one more step would cost these classes more than 5 points of accuracy")
    assert all(torch.equal(a, b) for a, b in zip(*weights[-2:], strict=True))
    assert steps[-1].values == {"step_size": 0.0}


def test_without_a_known_accuracy_it_stops_at_a_fraction_of_the_first(problem):
    start, _ = problem(make_method("gradient-ascent"), forget="class=3:60%")
    _, forget, steps, _ = follow(problem, forget="class=3:60%", known=None)
    target = math.floor(FALLBACK_FRACTION * accuracy(start, *forget) * len(forget[1]) + 0.5) / len(forget[1])
    assert steps[-1].stop_reason.endswith(f"its target was {target:.1%}")


def test_no_step_is_made_where_the_target_is_met(problem):
    _, _, events, weights = follow(problem, forget="class=3:60%", known=1.0)
    assert [type(event) for event in events] == [NoStep]
    assert all(torch.equal(a, b) for a, b in zip(*weights, strict=True))


def test_the_authors_schedule_is_their_optimiser_for_a_number_of_steps(problem):
    settings = {"schedule": "authors", "learning_rate": 1e-3, "epochs": 4}
    model, forget, steps, weights = follow(problem, settings)
    twin, task = problem(make_method("gradient-ascent"))
    twin.eval()
    optimiser = torch.optim.SGD(twin.parameters(), 1e-3, task.recipe.momentum, weight_decay=task.recipe.weight_decay)
    images, labels = as_float(forget[0]), forget[1]
    for n in range(4):  # one batch is the whole forget set, whatever its order
        optimiser.zero_grad()
        twin(images).gather(1, labels[:, None]).mean().backward()
        optimiser.step()
        for ours, theirs in zip(weights[n + 1], twin.parameters(), strict=True):
            torch.testing.assert_close(ours, theirs.detach(), rtol=1e-4, atol=1e-6)
        moved = length([b - a for a, b in zip(weights[n], weights[n + 1], strict=True)])
        assert steps[n].values == {"step_size": pytest.approx(moved, rel=1e-3)}
    assert [step.stop_reason for step in steps] == [None] * 3 + ["its authors' schedule ended: 4 passes"]
    assert all(parameter.grad is None for parameter in model.parameters())


def test_the_authors_schedule_goes_on_whatever_was_forgotten(problem):
    settings = {"schedule": "authors", "learning_rate": 0.05}
    model, forget, steps, _ = follow(problem, settings, authors_steps=9, how={"optimiser": torch.optim.SGD})
    assert accuracy(model, *forget) == 0.0
    assert len(steps) == 9


@pytest.mark.parametrize("settings", [{"step": 0.01}, {"schedule": "authors", "learning_rate": 0.01}])
def test_masked_weights_never_move_in_spite_of_momentum_and_decay(problem, settings: dict[str, object]):
    spec = make_method("gradient-ascent")
    generator = torch.Generator().manual_seed(1)
    mask = [torch.rand(p.shape, generator=generator) < 0.5 for p in problem(spec)[0].parameters()]
    _, _, _, weights = follow(problem, settings, how={"mask": mask})
    moved = [a != b for a, b in zip(weights[0], weights[-1], strict=True)]
    assert not any((change & ~free).any() for change, free in zip(moved, mask, strict=True))
    assert sum((change & free).sum().item() for change, free in zip(moved, mask, strict=True)) > 1000


@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_learns_only_in_training_mode(problem, training: bool):
    spec = make_method("gradient-ascent")
    start = {name: value.clone() for name, value in problem(spec)[0].named_buffers()}
    model, _, _, _ = follow(problem, how={"training_mode": training})
    same = [torch.equal(value, start[name]) for name, value in model.named_buffers() if "running" in name]
    assert same
    assert not any(same) if training else all(same)
    assert not any(module.training for module in model.modules())
