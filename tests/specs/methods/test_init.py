from typing import Any

import pytest
from annotated_types import Ge, Gt, Le, Lt

from core.errors import InvalidSpec
from core.examples import shipped_specs
from core.specs import METHODS, MethodSpec, make_method
from core.specs.methods.iterative import Iterative
from core.store import GALLERY


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


EVERY = [method() for method in METHODS.values()] + [METHODS["mu-mis"](variant="paper")]
EVERY += [method(schedule="authors") for method in METHODS.values() if issubclass(method, Iterative)]


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
def test_every_method_has_title_description_and_paper(name: str):
    method = METHODS[name]
    assert method().name == name
    assert method.title
    assert method.about.endswith(".")
    assert method.paper.startswith("https://arxiv.org/abs/")
    assert method.needs <= {"forget", "retain", "pool"}
    assert method().needs <= method.needs


ORDER = (
    "mu-mis tmu none bad-teacher boundary-shrink delete fine-tune gradient-ascent jit l1-sparse neg-grad-plus "
    "random-label salun scrub ssd"
)


def test_the_registry_finds_every_method_and_starts_with_the_papers():
    assert list(METHODS) == ORDER.split()


@pytest.mark.parametrize(
    ("needs", "names"),
    [
        (set(), "none"),
        ({"forget"}, "mu-mis gradient-ascent boundary-shrink delete jit"),
        ({"forget", "retain"}, "neg-grad-plus random-label bad-teacher scrub salun ssd fine-tune l1-sparse"),
    ],
)
def test_needs(needs: set[str], names: str):
    assert all(METHODS[name].needs == METHODS[name]().needs == needs for name in names.split())


def test_what_settings_do_not_need():
    assert METHODS["random-label"](replay=False).needs == {"forget"}
    for name in ("fine-tune", "l1-sparse"):
        assert METHODS[name](schedule="authors").needs == {"retain"}


def test_shipped_runs_keep_their_names():
    assert {spec.id for spec in shipped_specs()} == {folder.name for folder in (GALLERY / "runs").iterdir()}


@pytest.mark.parametrize("spec", EVERY)
@pytest.mark.parametrize("whole_classes_only", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_notes_are_different_sentences(spec: MethodSpec, whole_classes_only: bool, known: bool):
    notes = spec.notes(whole_classes_only, known)
    assert len(set(notes)) == len(notes)
    assert all(note[0].isupper() and note.endswith(".") for note in notes)


def test_which_methods_can_be_stopped_at_a_step() -> None:
    """L1-sparse fades its penalty over the limit; SSD and doing nothing have no steps; schedules have passes."""
    stopped = {name: kind().stopped_at(7) for name, kind in METHODS.items()}
    assert {name for name, spec in stopped.items() if spec is None} == {"none", "ssd", "l1-sparse"}
    assert all(spec.max_steps == 7 for spec in stopped.values() if spec is not None)
    assert METHODS["scrub"](schedule="authors").stopped_at(7) is None
