import numpy as np
import pytest

from core import DataSpec, DataUnavailable, InvalidSpec, make_spec
from core.paths import data_root
from core.store.weights import fitting_weights, given_weights, keep_weights, kept_weights, weights_info

MODEL = make_spec("digits").model

STATE = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array(7)}


def test_the_name_stands_for_the_content() -> None:
    assert kept_weights() == []
    first = keep_weights(STATE, MODEL, "first", 0.5, 10)
    assert keep_weights(dict(reversed(STATE.items())), MODEL, "first", 0.5, 10) == first
    other = keep_weights(STATE | {"n": np.array(8)}, MODEL, "other", 0.5, 10)
    assert {info.name for info in kept_weights()} == {first.name, other.name}
    found = given_weights(MODEL.replace(weights=first.name))
    assert found.keys() == STATE.keys()
    for name, value in STATE.items():
        np.testing.assert_array_equal(found[name], value)


def test_the_same_weights_on_two_data_sets() -> None:
    digits = keep_weights(STATE, MODEL, "mine", 0.9, 10)
    noisy = keep_weights(STATE, MODEL.replace(data=DataSpec(name="digits-noisy")), "mine", 0.5, 10)
    assert weights_info(MODEL.replace(weights=digits.name)) == digits
    assert fitting_weights("digits-noisy", "resnet-tiny") == [noisy]


def test_they_are_of_one_data_set_and_network() -> None:
    info = keep_weights(STATE, MODEL, "mine", 0.5, 10)
    assert fitting_weights("digits", "resnet-tiny") == [info]
    assert fitting_weights("digits", "allcnn") == fitting_weights("digits-noisy", "resnet-tiny") == []
    for other in (
        MODEL.replace(arch="allcnn"),
        MODEL.replace(width=8),
        MODEL.replace(data=DataSpec(name="digits-noisy")),
    ):
        with pytest.raises(InvalidSpec, match=f"{info.name} are for resnet-tiny on digits, not for {other.arch}"):
            weights_info(other.replace(weights=info.name))


def test_weights_of_another_machine() -> None:
    with pytest.raises(DataUnavailable, match=r"weights 0{20} are not on this machine; import them with"):
        weights_info(MODEL.replace(weights="0" * 20))


def test_a_damaged_record_hides_no_other() -> None:
    good = keep_weights(STATE, MODEL, "mine", 0.5, 10)
    folder = data_root() / "weights"
    for n, text in enumerate(("{}", "[]", "{", '{"name": 1}')):
        (folder / f"{str(n) * 20}.json").write_text(text)
    assert kept_weights() == [good]
    with pytest.raises(DataUnavailable):
        weights_info(MODEL.replace(weights="0" * 20))
