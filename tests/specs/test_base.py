import hashlib
import json

import pytest
from pydantic import ValidationError

from core.errors import InvalidSpec
from core.specs import DataSpec, ForgetRequest, ModelSpec, RunSpec, TrainSpec, choices, parse_spec, short, spec_json
from core.specs.base import canonical_json


def test_the_key_is_the_hash_of_the_canonical_json():
    text = '{"draw":7,"text":"class=3"}'  # written by hand: names sorted, no spaces
    assert spec_json(ForgetRequest(text="class=3", draw=7)) == text
    assert ForgetRequest(text="class=3", draw=7).key == hashlib.sha256(text.encode()).hexdigest()[:20]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TrainSpec(learning_rate=1), TrainSpec(learning_rate=1.0)),
        (TrainSpec(epochs="5"), TrainSpec(epochs=5)),
        (RunSpec(gold_seeds=[3, 1]), RunSpec(gold_seeds=(1, 3))),
        (ModelSpec(train={"epochs": 5}), ModelSpec(train=TrainSpec(epochs=5))),
    ],
)
def test_equal_specs_are_equal_as_keys_too(one, other):
    assert one == other
    assert one.key == other.key
    assert {one: 1}[other] == 1


def test_the_order_of_the_fields_does_not_count():
    def backwards(value):
        return {k: backwards(v) for k, v in reversed(value.items())} if isinstance(value, dict) else value

    spec = RunSpec(model={"train": {"epochs": 5}})
    text = json.dumps(backwards(spec.model_dump(mode="json")))
    assert text != spec_json(spec)
    assert parse_spec(text).key == spec.key


def test_a_spec_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        TrainSpec().epochs = 3


def test_replace_changes_and_checks():
    assert TrainSpec(epochs=5).replace(momentum=0.5) == TrainSpec(epochs=5, momentum=0.5)
    with pytest.raises(InvalidSpec, match=r"^epochs = -1 is not allowed: input should be greater than or equal to 0$"):
        TrainSpec().replace(epochs=-1)


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (DataSpec, {"sise": 40}, "'sise' is not a setting here; choose name, pool or size"),
        (RunSpec, {"model": {"data": {"sise": 40}}}, "'sise' is not a setting here; choose name, pool or size"),
        (RunSpec, {"method": {"name": "none", "rate": 1}}, "'rate' is not a setting here; there are none"),
        (DataSpec, {3: 4}, "'3' is not a setting here; choose name, pool or size"),
        (TrainSpec, {"learning_rate": float("nan")}, "learning_rate = nan is not allowed: input should be a finite"),
        (TrainSpec, '{"learning_rate": Infinity}', "learning_rate = inf is not allowed: input should be a finite"),
        (TrainSpec, {"schedule": "step"}, "schedule = 'step' is not allowed: input should be 'one-cycle', 'cosine', "),
        (RunSpec, {"model": {"train": {"epochs": "x"}}}, "model.train.epochs = 'x' is not allowed: input should be"),
        (RunSpec, [1], r"value = [1] is not allowed: input should be a valid dictionary"),
        (RunSpec, "{", "value = '{' is not allowed: invalid JSON"),
        (RunSpec, "9" * 10_000, "value = '999"),
    ],
)
def test_invalid_values_give_one_short_sentence(kind, values, message):
    with pytest.raises(InvalidSpec) as caught:
        kind.parse(values)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_choices():
    assert choices("a") == "a"
    assert choices([1, 2]) == "1 or 2"
    assert choices(["a", "b", "c"]) == "a, b or c"


def test_short():
    assert short("x" * 60) == "x" * 60
    assert short("x" * 61) == "x" * 57 + "..."


def test_canonical_json_refuses_what_json_does_not_know():
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("nan"))
