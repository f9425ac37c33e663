import re

import pytest

from core.errors import InvalidSpec
from core.specs import METHODS, make_method
from core.specs.methods.iterative import Iterative

ITERATIVE = [name for name, method in METHODS.items() if issubclass(method, Iterative)]


def test_every_method_but_one_shot_ones_has_both_schedules():
    assert set(METHODS) - set(ITERATIVE) - {"tmu"} == {"mu-mis", "none", "ssd"}


@pytest.mark.parametrize("name", ITERATIVE)
@pytest.mark.parametrize(
    ("schedule", "used", "refused"),
    [
        ("same-stop", {"max_steps": 7, "step": 0.001}, {"epochs": 2, "learning_rate": 0.1}),
        ("authors", {"epochs": 2, "learning_rate": 0.1}, {"max_steps": 7, "step": 0.001}),
    ],
)
def test_a_schedule_takes_its_own_settings_only(name: str, schedule: str, used: dict, refused: dict):
    assert make_method(name).schedule == "same-stop"
    spec = make_method(name, {"schedule": schedule, **used})
    assert used.items() <= spec.model_dump().items()
    assert not refused.keys() & spec.model_dump().keys()
    for field, value in refused.items():
        with pytest.raises(InvalidSpec, match=f"{field} = .* is not used with schedule = {schedule}"):
            make_method(name, {"schedule": schedule, field: value})


@pytest.mark.parametrize(
    ("settings", "whole_classes_only", "known", "said"),
    [
        ({}, True, True, ["steps of constant length", "accuracy is 0%. Theirs runs a fixed"]),
        ({}, False, True, ["which needs data beyond the forget set"]),
        ({}, False, False, ["Guess: .* has fallen to 0.75 of its start"]),
        ({"schedule": "authors"}, True, True, ["CIFAR are ", "without gold models", "fixed number of passes"]),
    ],
)
@pytest.mark.parametrize("name", ITERATIVE)
def test_departures_and_guesses_are_named(
    name: str, settings: dict, whole_classes_only: bool, known: bool, said: list[str]
):
    spec = make_method(name, settings)
    notes = "\n".join(spec.notes(whole_classes_only, known))
    assert [words for words in (*said, *spec.departures) if not re.search(words, notes)] == []
    assert (spec.published in notes) == (spec.schedule == "authors")
