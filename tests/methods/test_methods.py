"""What holds for every method on the shelf."""

import importlib
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core.methods import implementation
from core.methods.steps import get_weights
from core.oom import memory_notes
from core.specs import METHODS
from core.specs.methods.iterative import Iterative
from core.training import Step

HERE = Path(__file__).parent
SHORT = {"tmu": {"twin_epochs": 1, "curriculum_steps": 4, "max_steps": 4}}
SETTINGS = [METHODS[name](**SHORT.get(name, {})) for name in METHODS] + [
    METHODS["mu-mis"](variant="paper", max_steps=4),
    METHODS["random-label"](replay=False),
    METHODS["random-label"](schedule="authors", replay=False),
]
SETTINGS += [method(schedule="authors", epochs=1) for method in METHODS.values() if issubclass(method, Iterative)]
named = pytest.mark.parametrize("spec", SETTINGS, ids=lambda spec: f"{spec.name} {spec.key[:4]}")


@pytest.mark.parametrize("name", METHODS)
def test_one_method_is_one_file_with_its_paper_and_its_tests(name: str):
    file = name.replace("-", "_")
    module = importlib.import_module(f"core.methods.{file}")
    assert METHODS[name].paper in module.__doc__
    assert module.unlearn.__doc__
    assert (HERE / f"test_{file}.py").exists() or (HERE / file).is_dir()  # a method of several files is a folder
    assert implementation(METHODS[name]()) is module.unlearn


@named
@pytest.mark.parametrize("forget", ["class=3", "class=3:60%+class=5"])
def test_a_run_keeps_the_contract(spec, forget: str, problem):
    model, task = problem(spec, forget)  # with no data but those that the spec says it needs
    before = get_weights(model)
    model.train()
    shared = torch.get_rng_state()
    events = implementation(spec)(model, task, spec, generator=torch.Generator().manual_seed(0))
    steps = [event for event in events if isinstance(event, Step)]  # some methods also tell how they prepare
    assert torch.equal(shared, torch.get_rng_state())  # the generator of all threads is left alone
    assert [step.step for step in steps] == list(range(1, len(steps) + 1))
    assert all(step.total >= len(steps) for step in steps)
    assert all(parameter.requires_grad for parameter in model.parameters())
    if spec.name == "none":
        assert steps == []
        return
    assert [step.stop_reason is None for step in steps] == [True] * (len(steps) - 1) + [False]
    assert not any(module.training for module in model.modules())
    assert any(not a.equal(b) for a, b in zip(before, get_weights(model), strict=True))


@named
def test_the_same_seed_gives_the_same_weights(spec, problem):
    ends = []
    for _ in range(2):
        model, task = problem(spec)
        list(implementation(spec)(model, task, spec, generator=torch.Generator().manual_seed(7)))
        ends.append(get_weights(model))
    assert all(torch.equal(a, b) for a, b in zip(*ends, strict=True))


FEWER = {"mu-mis"}  # makes its steps on fewer images instead
BY_BATCH = {"fine-tune", "l1-sparse", "neg-grad-plus", "scrub", "tmu"}  # BatchNorm in training mode, of TMU's twin


@named
def test_out_of_memory_does_not_change_the_first_step(spec, problem):
    if spec.name in {"none", "ssd"}:
        pytest.skip("no step on a batch")
    ends = []
    for most in (9999, 5):
        model, task = problem(spec, "class=3:60%", known=None)  # without a known accuracy no step is taken back
        before = get_weights(model)
        model.features.register_forward_pre_hook(holds(most))
        with memory_notes() as notes:
            events = implementation(spec)(model, task, spec, generator=torch.Generator().manual_seed(0))
            next(event for event in events if isinstance(event, Step))
        assert bool(notes) == (most == 5)
        ends.append([after - weight for weight, after in zip(before, get_weights(model), strict=True)])
    if spec.name not in FEWER | BY_BATCH:
        whole, parts = (torch.cat([change.flatten() for change in changes]) for changes in ends)
        assert (parts - whole).norm() < 1e-4 * whole.norm()


def holds(most: int):
    """A device whose memory ends where more images than these go through a model that shall take gradients."""

    def check(module: nn.Module, args: tuple[Tensor]) -> None:
        learns = torch.is_grad_enabled() and next(module.parameters()).requires_grad
        if learns and len(args[0]) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")

    return check
