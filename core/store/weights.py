"""Weights of the user's own, where their images are: each kept once, named by its content and what it is of."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy

from core.errors import DataUnavailable, InvalidSpec, UnlearnError
from core.paths import data_root
from core.specs import ModelSpec
from core.store.files import read_json, read_weights, write_bytes, write_json


@dataclass(frozen=True)
class WeightsInfo:
    """What is known of added weights.

    Attributes:
        name: what specs call them.
        title: what the user's file was called.
        data, arch, width: what they were checked against.
        right: share of the test images looked at that they classify right.
        looked_at: how many those were.
        normalisation: mean and std that the network begins with, and where they come from.
    """

    name: str
    title: str
    data: str
    arch: str
    width: int | None
    right: float
    looked_at: int
    normalisation: str = ""  # not known of weights that were added before it was kept


def keep_weights(
    state: Mapping[str, np.ndarray], model: ModelSpec, title: str, right: float, looked_at: int, normalisation: str = ""
) -> WeightsInfo:
    """Keeps a state that was checked against the model, and returns what is known of it."""
    data = safetensors.numpy.save({part: np.asarray(value, order="C") for part, value in state.items()})
    name = _fingerprint(data, model)
    info = WeightsInfo(name, title, model.data.name, model.arch, model.width, right, looked_at, normalisation)
    write_bytes(_path(name, "safetensors"), data)
    write_json(_path(name, "json"), asdict(info))  # last: what has a record is whole
    return info


def kept_weights() -> list[WeightsInfo]:
    """All weights that were added on this machine."""
    return [WeightsInfo(**read_json(path)) for path in sorted(_path("*", "json").parent.glob("*.json"))]


def fitting_weights(data: str, arch: str) -> list[WeightsInfo]:
    """Those of a network of its usual width on a data set."""
    return [info for info in kept_weights() if (info.data, info.arch, info.width) == (data, arch, None)]


def weights_info(model: ModelSpec) -> WeightsInfo:
    """What is known of the weights that the model names.

    Raises:
        DataUnavailable: they are not on this machine.
        InvalidSpec: they were added for another data set or network.
    """
    try:
        info = WeightsInfo(**read_json(_path(str(model.weights), "json")))
    except UnlearnError:
        raise DataUnavailable(
            f"the weights {model.weights} are not on this machine; add them with python -m core add-weights"
        ) from None
    if (info.data, info.arch, info.width) != (model.data.name, model.arch, model.width):
        raise InvalidSpec(
            f"the weights {info.name} are those of {_network(info.arch, info.width)} on {info.data}, not of "
            f"{_network(model.arch, model.width)} on {model.data.name}; add the file again for these"
        )
    return info


def given_weights(model: ModelSpec) -> dict[str, np.ndarray]:
    """The weights that the model names.

    Raises:
        DataUnavailable: they are not on this machine, or the file is no longer the one that was added.
    """
    path = _path(weights_info(model).name, "safetensors")
    if not path.is_file() or _fingerprint(path.read_bytes(), model) != model.weights:
        raise DataUnavailable(f"{path} is not what was added under this name; add the weights again")
    return read_weights(path)


def _network(arch: str, width: int | None) -> str:
    return arch if width is None else f"{arch} of width {width}"


def _fingerprint(data: bytes, model: ModelSpec) -> str:
    """The same weights may be looked at on two data sets: each has a record, and neither takes the other's place."""
    of = repr((model.data.name, model.arch, model.width)).encode()
    return hashlib.sha256(of + data).hexdigest()[:20]


def _path(name: str, kind: str) -> Path:
    return data_root() / "weights" / f"{name}.{kind}"
