from typing import ClassVar, Literal

import pytest
from pydantic import Field

from core.errors import InvalidSpec
from core.specs.methods.base import MethodSpec, Needs, used_if


class Toy(MethodSpec):
    """A method with two kinds and a setting for each, and one for either."""

    needs: ClassVar[Needs] = Needs("forget", "pool", without={"pool": ("kind", "plain")})

    kind: Literal["plain", "fine"] = "plain"
    way: Literal["this", "that"] = "this"
    both: int = 1
    grain: int = Field(5, json_schema_extra=used_if({"kind": "fine"}))
    either: int = Field(7, json_schema_extra=used_if({"kind": "fine"}, {"kind": "plain", "way": "that"}))


def test_needs_are_the_most_of_the_class_and_the_own_of_a_spec():
    assert Toy.needs == {"forget", "pool"}
    assert Toy().needs == {"forget"}
    assert Toy(kind="fine").needs == {"forget", "pool"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"grain": 5}, "grain = 5 is not used with kind = plain; it applies to kind = fine"),
        (
            {"either": 2},
            "either = 2 is not used with kind = plain and way = this; "
            "it applies to kind = fine, or kind = plain and way = that",
        ),
    ],
)
def test_a_setting_that_is_not_used_is_refused_even_at_its_default(values: dict[str, int], message: str):
    with pytest.raises(InvalidSpec) as error:
        Toy.parse(values)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("values", "used"),
    [
        ({}, {"kind", "way", "both"}),
        ({"way": "that"}, {"kind", "way", "both", "either"}),
        ({"kind": "fine"}, {"kind", "way", "both", "grain", "either"}),
    ],
)
def test_what_is_not_used_is_left_out_of_json_and_key(values: dict[str, str], used: set[str]):
    spec = Toy(**values)
    assert set(spec.model_dump(mode="json")) == used
    assert {name for name in Toy.model_fields if spec.uses(name)} == used
    assert Toy.parse(spec.model_dump(mode="json")) == spec


def test_a_change_drops_the_settings_that_it_leaves_unused():
    fine = Toy(kind="fine", grain=9, both=3)
    plain = fine.replace(kind="plain")
    assert plain == Toy(both=3)
    assert plain.key == Toy(both=3).key
    assert plain.replace(kind="fine").grain == 5  # back at its default
    with pytest.raises(InvalidSpec, match="grain = 9 is not used with kind = plain"):
        fine.replace(kind="plain", grain=9)
    with pytest.raises(InvalidSpec, match="'size' is not a setting here"):
        fine.replace(size=1)


def test_a_method_has_nothing_to_note_unless_it_says_so():
    assert Toy().notes(whole_classes_only=True, known_accuracy=False) == ()
