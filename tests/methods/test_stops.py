import math
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from core.methods.steps import get_weights, set_weights
from core.methods.stops import Falls, Guard, Recovers, Stop, accuracy_stop, alarm, ratio, verdict


def scalar(value: float) -> nn.Module:
    model = nn.Linear(1, 1, bias=False)
    return put(model, value)


def put(model: nn.Module, value: float) -> nn.Module:
    set_weights(model, [torch.tensor([[value]])])
    return model


def stopped_at(rule: Falls | Recovers, values: list[float]) -> int | None:
    """The first position at which the rule is met."""
    return next((n for n, value in enumerate(values) if rule.met(value)), None)


@pytest.mark.parametrize(
    ("values", "position"),
    [
        ([1, 1.02, 1.1, 1.5], None),  # never dips
        ([1, 0.97, 0.98, 0.7, 0.6, 0.92], 5),  # not at the first rise (0.98): that was no dip to 0.9
        ([1, 0.95, 0.91, 1.2], None),  # a dip that is too small
        ([0.9, 0.91], 1),  # "at or below" delta, then above it
        ([0.5, 0.9], None),  # delta itself is no recovery
        ([0.5, 0.4, 0.95, 0.3], 2),
        ([math.nan, 0.5, math.nan, 0.95], 3),
    ],
)
def test_the_papers_rule_waits_for_a_dip_and_a_recovery(values: list[float], position: int | None):
    assert stopped_at(Recovers(delta=0.9), values) == position


@pytest.mark.parametrize(
    ("found", "start", "target", "words"),
    [
        (0.0, 1.0, 0.0, ""),
        (0.05, 1.0, 0.0, ""),
        (1.0, 1.0, 0.0, "; nothing is forgotten: the forget set's accuracy is 100.0%, at the start 100.0%"),
        (0.9, 0.8, None, "; nothing is forgotten: the forget set's accuracy is 90.0%, at the start 80.0%"),
        (0.5, 0.8, None, ""),
        (
            0.4, 0.9, 0.3, "; too little is forgotten: a model that never saw the forget set is expected to classify "
            "30.0% of it right, this one classifies 40.0%"
        ),
        (
            0.2, 0.9, 0.3, "; too much is forgotten: a model that never saw the forget set is expected to classify "
            "30.0% of it right, this one classifies 20.0%"
        ),
    ],
)  # fmt: skip
def test_the_verdict_says_what_a_stop_rule_does_not(found: float, start: float, target: float | None, words: str):
    assert verdict(found, start, target) == words


def test_the_papers_rule_says_what_was_missing():
    never, half = Recovers(0.9), Recovers(0.9)
    stopped_at(never, [1.02, 0.93, 1.1])
    stopped_at(half, [0.8, 0.7, 0.75])
    assert never.missed() == "the irrelevant norm never dipped to 90.0% of its start (lowest: 93.0%)"
    assert half.missed() == "the irrelevant norm dipped to 70.0% of its start and did not recover"
    assert half.reached(0.95) == "the irrelevant norm dipped to 70.0% of its start and recovered to 95.0%"
    assert "lowest: 100.0%" in Recovers(0.9).missed()  # before the first look: the start is its own 100%


@pytest.mark.parametrize(
    ("target", "values", "position"),
    [
        (0.0, [1.0, 0.4, 0.01, 0.0], 3),
        (0.75, [0.9, 0.75], 1),
        (0.75, [0.7], 0),
        (0.75, [0.76, 0.9, math.nan], None),
    ],
)
def test_a_falling_number_stops_at_its_target(target: float, values: list[float], position: int | None):
    assert stopped_at(Falls("it", target), values) == position


class Threshold(nn.Module):
    """Takes an image for class 1 where its pixel is above the only weight, else for class 0."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        above = x.flatten(1) - self.weight
        return torch.cat([torch.zeros_like(above), above], dim=1)


def stop_on(pixels: list[float], target: float | None) -> tuple[nn.Module, Stop]:
    """The rule ``accuracy`` on images of class 1, each of one pixel."""
    model = Threshold()
    images = torch.tensor(pixels).reshape(-1, 1, 1, 1)
    return model, accuracy_stop(model, images, torch.ones(len(pixels), dtype=torch.int64), target, limit=9)


@pytest.mark.parametrize(
    ("count", "target", "images"),
    [(10, 0.85, 9), (10, 0.84, 8), (3, 0.76, 2), (1, 0.93, 1), (1, 0.49, 0), (4, 0.0, 0), (4, None, 3), (2, None, 2)],
)
def test_the_target_is_rounded_to_whole_images(count: int, target: float | None, images: int):
    assert stop_on([0.5] * count, target)[1].rule.target == images / count  # halves round up; None: 3/4 of all


@pytest.mark.parametrize(
    ("pixels", "target", "said"),
    [
        ([0.5], 0.93, "no step was needed: a model that never saw the forget image is expected to get it right"),
        ([-1.0], 0.93, "no step was needed: the forget image is classified wrong already"),
        (
            [0.5, 0.5, -1.0], 0.76, "no step was needed: 2 of 3 forget images are classified right, and a model that "
            "never saw them is expected to get 2 right",
        ),
        ([0.5, 0.5], None, "no step was made: the stop, a guess, leaves 2 of 2 correctly classified forget images"),
        ([0.5, 0.5, 0.5], 0.76, None),
    ],
)  # fmt: skip
def test_no_step_if_the_target_is_met_at_the_start(pixels: list[float], target: float | None, said: str | None):
    assert stop_on(pixels, target)[1].needless() == said


def test_the_reason_says_when_the_accuracy_did_not_fall():
    """One step from 4 of 4 right to 1 of 4: three images go at once, so that the start is nearest to 3 of 4."""
    model, stop = stop_on([0.5, 0.5, 0.5, 0.9], 0.75)
    before = get_weights(model)
    put(model, 0.6)
    assert stop.reason(model, before, 1, ends_pass=False) == (
        "the forget set's accuracy is 100.0%, no lower than at the start: the last step overshot the target "
        "of 75.0%, and no point on it is nearer"
    )
    assert model.weight.item() < 0.5


@pytest.mark.parametrize(("loss", "taken_back"), [(0.05, False), (0.051, True)])
def test_a_step_that_costs_unseen_images_too_much_is_undone(loss: float, taken_back: bool):
    model, stop = stop_on([0.2, 0.5, 0.9], 0.3)
    stop.unseen = SimpleNamespace(loss=lambda: loss)
    put(model, 0.1)
    before = get_weights(model)
    put(model, 0.3)
    reason = stop.reason(model, before, 4, ends_pass=False)
    if taken_back:
        assert model.weight.item() == pytest.approx(0.1)
        assert reason == (
            "one more step would cost these classes more than 5 points of accuracy on unseen images (estimated on "
            "noisy copies of the forget images); the forget set's accuracy is 100.0%, its target was 33.3%"
        )
    else:
        assert reason is None
        assert model.weight.item() == pytest.approx(0.3)


def script(values: list[float]) -> Iterator[float]:
    """Numbers to be measured, one after the other; it is an error to measure once more."""
    yield from values


def test_a_stop_measures_after_every_step_and_ends_at_the_limit():
    numbers = script([0.9, 0.8, 0.7])
    stop = Stop(Falls("the number", 0.5), lambda: next(numbers), limit=3)
    model = scalar(1.0)
    assert [stop.reason(model, [], step, ends_pass=False) for step in (1, 2)] == [None, None]
    assert stop.value == 0.8
    said = "step limit of 3 reached: the number did not fall to its target of 50.0%"
    assert stop.reason(model, [], 3, ends_pass=False) == said


def test_the_papers_rule_is_checked_once_per_pass():
    numbers = script([0.8, 0.95])
    stop = Stop(Recovers(0.9), lambda: next(numbers), limit=9)
    model = scalar(1.0)
    reasons = [stop.reason(model, [], step, ends_pass=step % 2 == 0) for step in (1, 2, 3, 4)]
    assert reasons == [None, None, None, "the irrelevant norm dipped to 80.0% of its start and recovered to 95.0%"]


def test_a_stop_leaves_the_model_at_the_nearest_point():
    model = scalar(0.0)
    stop = Stop(Falls("the number", 0.55), lambda: model.weight.item(), limit=9)
    said = stop.reason(model, [torch.tensor([[1.0]])], 1, ends_pass=False)
    assert said == "the number fell to 60.0%; its target was 55.0%"
    assert model.weight.item() == pytest.approx(0.6)
    assert stop.value == model.weight.item()


@pytest.mark.parametrize(
    ("target", "irrelevant", "signal"),
    [
        (1.0, 1.5, None),  # at the limits
        (0.2, 0.3, None),
        (0.9, 1.51, "the irrelevant norm rose to 1.51 times its start, above the limit of 1.5"),
        (1.01, 1.0, "the target norm rose to 1.01 times its start, above the limit of 1"),
        (math.nan, 1.0, "the input gradients were not finite"),
        (0.5, math.nan, "the input gradients were not finite"),
        (math.inf, 1.0, "the input gradients were not finite"),
        (0.5, math.inf, "the input gradients were not finite"),
    ],
)
def test_the_guards_signals(target: float, irrelevant: float, signal: str | None):
    assert alarm(target, irrelevant, target_limit=1.0, irrelevant_limit=1.5) == signal


def test_the_guard_restores_the_last_good_weights():
    norms = iter([(4.0, 2.0), (3.0, 2.5), (2.0, 2.9), (1.0, 3.1)])  # irrelevant to its start: 1.25, 1.45, 1.55
    model = scalar(0.0)
    guard = Guard(model, lambda: next(norms), target_limit=1.0, irrelevant_limit=1.5)
    for step in (3, 6):
        put(model, float(step))
        assert guard.check(step) is None
        assert model.weight.item() == step
    put(model, 9.0)
    signal = "the irrelevant norm rose to 1.55 times its start, above the limit of 1.5"
    assert guard.check(9) == f"guard: {signal}; the weights of step 6 were restored"
    assert model.weight.item() == 6.0


def test_the_guard_can_restore_the_start():
    norms = iter([(1.0, 1.0), (math.nan, 1.0)])
    model = scalar(0.0)
    guard = Guard(model, lambda: next(norms), target_limit=1.0, irrelevant_limit=1.5)
    put(model, math.nan)
    said = "guard: the input gradients were not finite; the weights from before the first step were restored"
    assert guard.check(1) == said
    assert model.weight.item() == 0.0


def test_a_ratio_to_nothing_is_not_a_number():
    assert ratio(3.0, 2.0) == 1.5
    assert math.isnan(ratio(3.0, 0.0))
