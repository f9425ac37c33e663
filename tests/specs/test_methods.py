import itertools
import re
from typing import Any

import pytest
from annotated_types import Ge, Gt, Le, Lt

from core.errors import InvalidSpec
from core.specs import METHODS, MethodSpec, MuMis, make_method

MU_MIS = {"variant": ("scale-free", "paper"), "stop": ("auto", "accuracy", "sensitivity", "paper")}


def choices_with(name: str, field: str) -> dict[str, str]:
    """The first choices under which the method uses the field."""
    conditions = METHODS[name].conditions(field)
    return dict(conditions[0]) if conditions else {}


def bounds() -> list[tuple[str, str, Any, bool]]:
    """Every numeric bound as (method, setting, value, allowed): the value at the bound, and one past it."""
    cases = []
    for name, spec in METHODS.items():
        for field, info in spec.model_fields.items():
            near = 1 if info.annotation is int else 1e-9
            for bound in info.metadata:
                match bound:
                    case Ge(ge=value):
                        cases += [(name, field, value, True), (name, field, value - near, False)]
                    case Gt(gt=value):
                        cases += [(name, field, value + near, True), (name, field, value, False)]
                    case Le(le=value):
                        past = value + (1 if info.annotation is int else 1e-3)
                        cases += [(name, field, value, True), (name, field, past, False)]
                    case Lt(lt=value):
                        cases += [(name, field, value - near, True), (name, field, value, False)]
    return cases


@pytest.mark.parametrize(("name", "field", "value", "allowed"), bounds())
def test_every_bound_holds(name: str, field: str, value: Any, allowed: bool):
    settings = choices_with(name, field) | {field: value}
    if allowed:
        assert getattr(make_method(name, settings), field) == value
    else:
        with pytest.raises(InvalidSpec, match=f"{field} = .* is not allowed"):
            make_method(name, settings)


@pytest.mark.parametrize("name", METHODS)
def test_every_number_has_bounds_and_every_setting_an_explanation(name: str):
    for field, info in METHODS[name].model_fields.items():
        if field == "name":
            continue
        assert info.description
        if info.annotation in (int, float):
            kinds = {type(bound) for bound in info.metadata}
            assert kinds & {Ge, Gt}
            assert kinds & {Le, Lt}


@pytest.mark.parametrize("name", METHODS)
def test_the_shelf_says_who_a_method_is(name: str):
    method = METHODS[name]
    assert method().name == name
    assert method.title
    assert method.about.endswith(".")
    assert method.paper.startswith("https://arxiv.org/abs/")
    assert method.needs <= {"forget", "retain", "pool"}
    assert method().needs <= method.needs


def test_needs():
    assert METHODS["mu-mis"].needs == {"forget"}
    assert METHODS["gradient-ascent"].needs == {"forget"}
    assert METHODS["random-label"].needs == {"forget", "retain"}
    assert METHODS["random-label"](replay=False).needs == {"forget"}
    assert METHODS["fine-tune"].needs == {"retain"}
    assert METHODS["none"].needs == set()


def uses_by_hand(field: str, variant: str, stop: str) -> bool:
    """Whether a setting of MU-Mis can have any effect, from what the method does."""
    papers_stop = stop == "paper" or (stop == "auto" and variant == "paper")
    return {
        "learning_rate": variant == "paper",
        "head_step": variant == "scale-free",
        "body_step": variant == "scale-free",
        "cap": variant == "scale-free",
        "delta": papers_stop,
        "fraction": not papers_stop,  # accuracy falls back to sensitivity where no target is known
    }.get(field, True)


@pytest.mark.parametrize(("variant", "stop"), list(itertools.product(*MU_MIS.values())))
@pytest.mark.parametrize("field", [field for field in MuMis.model_fields if field != "name"])
def test_mu_mis_takes_exactly_the_settings_that_it_uses(field: str, variant: str, stop: str):
    settings = {"variant": variant, "stop": stop}
    assert MuMis(**settings).uses(field) == uses_by_hand(field, variant, stop)
    settings[field] = settings.get(field, MuMis.model_fields[field].default)
    if uses_by_hand(field, variant, stop):
        assert field in make_method("mu-mis", settings).model_dump()
    else:
        with pytest.raises(InvalidSpec, match=f"{field} = .* is not used with .* it belongs to "):
            make_method("mu-mis", settings)


def test_both_terms_cannot_be_left_out():
    with pytest.raises(InvalidSpec, match="target_weight = 0 and irrelevant_weight = 0 leave nothing"):
        make_method("mu-mis", {"target_weight": 0, "irrelevant_weight": 0})


@pytest.mark.parametrize(
    ("settings", "goes_whole", "known", "rule"),
    [
        ({}, True, True, "accuracy"),
        ({}, True, False, "accuracy"),  # the target is 0, whatever is known
        ({}, False, True, "accuracy"),
        ({}, False, False, "sensitivity"),
        ({"variant": "paper"}, True, True, "paper"),
        ({"variant": "paper", "stop": "accuracy"}, False, True, "accuracy"),
        ({"stop": "accuracy"}, False, False, "sensitivity"),
        ({"stop": "sensitivity"}, True, True, "sensitivity"),
        ({"stop": "paper"}, False, False, "paper"),
    ],
)
def test_the_stop_rule_that_is_meant(settings: dict[str, str], goes_whole: bool, known: bool, rule: str):
    assert MuMis(**settings).stop_rule(goes_whole, known) == rule


def test_steps_are_halved_for_less_than_whole_classes():
    assert (MuMis().step_scale(True), MuMis().step_scale(False)) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("spec", "goes_whole", "known", "said"),
    [
        (
            MuMis(),
            True,
            True,
            ["last layer by 0.02 and the other layers by 0.001", "up to 1.2 times", "accuracy is 0%"],
        ),
        (MuMis(), True, True, ["gold models in view", "a guard gives", "1.5 times its start"]),
        (MuMis(head_step=0.1, guard=3), False, True, ["last layer by 0.05", "on held-out images", "3 times its start"]),
        (MuMis(), False, False, ["Guess: it stops when the target norm is down to 0.75 of its start"]),
        (MuMis(stop="accuracy"), False, False, ["accuracy was asked for, but no target is known"]),
        (
            MuMis(variant="paper"),
            True,
            True,
            ["found on the digits, without gold", "a dip of the irrelevant norm to 0.9"],
        ),
        (MuMis(target_weight=0), True, True, ["weighted 0 to 1, not 1 to 1"]),
        (MuMis(draws=4), True, True, ["4 irrelevant classes per image and step, not one"]),
        (METHODS["gradient-ascent"](), True, True, ["every step has one length", "accuracy is 0%, not after"]),
        (METHODS["gradient-ascent"](), False, True, ["a number from outside the forget set and the weights"]),
        (METHODS["random-label"](), False, False, ["drawn anew at every step", "Guess: .* 0.75 of its start"]),
        (METHODS["fine-tune"](), True, True, ["does not look at the forget set"]),
    ],
)
def test_departures_and_guesses_are_named(spec: MethodSpec, goes_whole: bool, known: bool, said: list[str]):
    notes = "\n".join(spec.notes(goes_whole, known))
    assert [words for words in said if not re.search(words, notes)] == []


@pytest.mark.parametrize("spec", [method() for method in METHODS.values()] + [MuMis(variant="paper")])
@pytest.mark.parametrize("goes_whole", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_notes_are_different_sentences(spec: MethodSpec, goes_whole: bool, known: bool):
    notes = spec.notes(goes_whole, known)
    assert len(set(notes)) == len(notes)
    assert all(note[0].isupper() and note.endswith(".") for note in notes)


def test_the_paper_variant_does_not_name_departures_of_the_other():
    notes = " ".join(MuMis(variant="paper").notes(goes_whole=True, known_accuracy=True))
    assert "last layer" not in notes
    assert "counts only up to" not in notes
