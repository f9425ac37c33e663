"""Weights of the user's own: what is refused, and a run that starts from them."""

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch

from core import DataUnavailable, InvalidSpec, RunSpec, make_spec
from core.experiment.weights import add_weights
from core.models import get_state, model_for
from core.paths import data_root
from core.planning.plan import GIVEN
from core.store import SavedModel
from core.store.weights import given_weights, kept_weights

MODEL = make_spec("digits").model

States = dict[str, np.ndarray]


@pytest.fixture
def state() -> States:
    return get_state(model_for(MODEL))


def saved(folder: Path, state: States) -> Path:
    safetensors.numpy.save_file({name: np.asarray(part, order="C") for name, part in state.items()}, folder / "a.st")
    return folder / "a.st"


def test_a_run_from_given_weights_is_that_of_the_model_they_come_from(
    finish, phases, quick: Callable[..., RunSpec], tmp_path: Path
) -> None:
    here: dict[str, SavedModel] = {}
    spec = quick("mu-mis", settings={"max_steps": 3})
    _, wanted = finish(spec, models=here)
    weights = here[wanted["models"]["original"]].weights
    info = add_weights(saved(tmp_path, weights), spec.model)
    assert info.right == wanted["accuracy"]["original"]["TA"]  # 447 test images: all were looked at

    models = {key: model for key, model in here.items() if key != wanted["models"]["original"]}
    events, result = finish(spec.replace(model=spec.model.replace(weights=info.name)), models=models)
    assert not [name for name in phases(events) if name == "original" or name.startswith("gold")]  # golds are shared
    assert result["accuracy"] == wanted["accuracy"]
    assert result["seconds"]["original"] is None
    assert GIVEN in result["notes"]
    assert GIVEN not in wanted["notes"]
    assert (
        models[result["models"]["original"]].record["held_out"]
        == (here[wanted["models"]["original"]].record["held_out"])
    )
    json.dumps(result, allow_nan=False)


def test_labels_say_which_output_is_which_class(tmp_path: Path, state: States) -> None:
    names = MODEL.data.info.classes
    plain = add_weights(saved(tmp_path, state), MODEL)
    turned = state | {part: np.roll(state[part], 1, axis=0) for part in ("head.weight", "head.bias")}
    labels = (names[-1], *names[:-1])
    assert add_weights(saved(tmp_path, turned), MODEL, labels) == plain  # the same content has the same name
    assert kept_weights() == [plain]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (("zero", "one"), "each of the 10 classes once: 8 missing: two, three"),
        (("dog",) * 10, "1[0] not a class: dog"),
        (
            ("zero", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            "occurs twice",
        ),
    ],
)
def test_labels_that_are_not_the_classes(labels, message: str, tmp_path: Path, state: States) -> None:
    with pytest.raises(InvalidSpec, match=message):
        add_weights(saved(tmp_path, state), MODEL, labels)


def without(state: States) -> States:
    return {name: part for name, part in state.items() if name != "head.bias"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without, "1 missing: head.bias"),
        (lambda s: s | {"fc.weight": s["head.bias"]}, "1 not of this network: fc.weight"),
        (
            lambda s: s | {"head.weight": s["head.weight"][:7]},
            r"head.weight \(float32 \[7, 64\], not float32 \[10, 64\]",
        ),
        (lambda s: s | {"head.bias": s["head.bias"].astype(np.int32)}, r"head.bias \(int32 \[10\], not float32 \[10\]"),
        (lambda s: s | {"module.head.bias": s["head.bias"]}, "2 given twice: head.bias, module.head.bias"),
        (lambda s: s | {"head.bias": s["head.bias"] * np.nan}, "head.bias holds values that are not finite"),
        (
            lambda s: {n: p - 9 if n.endswith("running_var") else p for n, p in s.items()},
            "on test images are not finite",
        ),
    ],
)
def test_what_does_not_fit_is_named(change: Callable, message: str, tmp_path: Path, state: States) -> None:
    with pytest.raises(InvalidSpec, match=message), np.errstate(invalid="ignore"):
        add_weights(saved(tmp_path, change(state)), MODEL)
    assert not (data_root() / "weights").exists()


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path, state: States) -> None:
    others = {f"encoder.{name}": part for name, part in state.items()}
    needed = sum(not name.endswith("num_batches_tracked") for name in state) - 2  # nor mean and std
    with pytest.raises(InvalidSpec, match=rf"{needed} missing: .* and {needed - 20} more; {len(state)} not of this"):
        add_weights(saved(tmp_path, others), MODEL)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        struct.pack("<Q", 2**62) + b"{}",  # a header longer than the file
        struct.pack("<Q", 63)
        + b'{"head.bias":{"dtype":"F32","shape":[9999999999],"data_offsets":[0,4]}}'[:63]
        + b"1234",
    ],
)
def test_hostile_files(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.st").write_bytes(content)
    with pytest.raises(InvalidSpec, match=re.escape(f"{tmp_path / 'a.st'} cannot be read as safetensors")):
        add_weights(tmp_path / "a.st", MODEL)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_float32(kind: torch.dtype, tmp_path: Path, state: States) -> None:
    cast = {name: torch.tensor(part).to(kind) if part.dtype == np.float32 else part for name, part in state.items()}
    torch.save({name: torch.as_tensor(part) for name, part in cast.items()}, tmp_path / "a.pth")
    kept = given_weights(MODEL.replace(weights=add_weights(tmp_path / "a.pth", MODEL).name))
    for name, part in kept.items():
        assert part.dtype == state[name].dtype
        np.testing.assert_array_equal(part, torch.as_tensor(cast[name]).to(torch.float64).numpy().astype(part.dtype))


def test_optional_weights_are_filled_in(tmp_path: Path, state: States) -> None:
    """The counts of BatchNorm, which older files have not, and the normalisation, which is said to be assumed."""
    counts = {name for name in state if name.endswith("num_batches_tracked")}
    fewer = {name: part for name, part in state.items() if name not in counts | {"features.0.mean", "features.0.std"}}
    info = add_weights(saved(tmp_path, fewer), MODEL)
    assert info.normalisation == "mean 0.305 and std 0.376 (assumed: those of the data set)"
    for name, part in given_weights(MODEL.replace(weights=info.name)).items():
        np.testing.assert_array_equal(part, state[name])


def test_a_normalisation_that_is_given_counts_more_than_the_file(tmp_path: Path, state: States) -> None:
    info = add_weights(saved(tmp_path, state), MODEL, normalise="0.5/0.25")
    assert info.normalisation == "mean 0.5 and std 0.25 (as given)"
    kept = given_weights(MODEL.replace(weights=info.name))
    assert kept["features.0.mean"].tolist() == [[[0.5]]]
    assert kept["features.0.std"].tolist() == [[[0.25]]]
    assert add_weights(saved(tmp_path, state), MODEL).normalisation.endswith("(from the file)")


@pytest.mark.parametrize("text", ["0.5", "0.5/", "0.5/0", "0.5/-1", "nan/1", "a/1", "0.5,0.5/1", "0.5/1/1"])
def test_what_is_no_normalisation(text: str, tmp_path: Path, state: States) -> None:
    with pytest.raises(InvalidSpec, match=re.escape(f"normalise = {text!r} is not allowed; write MEAN/STD")):
        add_weights(saved(tmp_path, state), MODEL, normalise=text)


def test_weights_that_changed_on_disk_are_not_used(finish, tmp_path: Path, state: States) -> None:
    info = add_weights(saved(tmp_path, state), MODEL)
    saved(tmp_path, state | {"head.bias": state["head.bias"] + 1}).rename(
        data_root() / "weights" / f"{info.name}.safetensors"
    )
    with pytest.raises(DataUnavailable, match="has changed since it was imported"):
        finish(RunSpec(model=MODEL.replace(weights=info.name)))
