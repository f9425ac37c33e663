"""The user's own weights, stored in the data folder and named by a hash of content, data set and network."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy

from core.errors import DataUnavailable, InvalidSpec, StoreError, UnlearnError
from core.paths import data_root
from core.specs import ModelSpec
from core.store.files import read_json, read_weights, write_bytes, write_json


@dataclass(frozen=True)
class WeightsInfo:
    """The record of imported weights.

    Attributes:
        name: their name in specs.
        title: the name of the user's file.
        data, arch, width: the data set and network they were checked against.
        right: test accuracy.
        looked_at: number of test images.
        normalisation: mean and std of the network's input, and their source.
    """

    name: str
    title: str
    data: str
    arch: str
    width: int | None
    right: float
    looked_at: int
    normalisation: str = ""  # empty in older records


def keep_weights(
    state: Mapping[str, np.ndarray], model: ModelSpec, title: str, right: float, looked_at: int, normalisation: str = ""
) -> WeightsInfo:
    """Saves a checked state dict and returns its record."""
    data = safetensors.numpy.save({part: np.asarray(value, order="C") for part, value in state.items()})
    name = _fingerprint(data, model)
    info = WeightsInfo(name, title, model.data.name, model.arch, model.width, right, looked_at, normalisation)
    write_bytes(_path(name, "safetensors"), data)
    write_json(_path(name, "json"), asdict(info))  # last: a record means that the files are complete
    return info


def kept_weights() -> list[WeightsInfo]:
    """All imported weights on this machine."""
    found = []
    for path in sorted(_path("*", "json").parent.glob("*.json")):
        with suppress(StoreError):  # a damaged record: the others are still there
            found.append(_read_info(path))
    return found


def fitting_weights(data: str, arch: str) -> list[WeightsInfo]:
    """Imported weights for a data set and a network of default width."""
    return [info for info in kept_weights() if (info.data, info.arch, info.width) == (data, arch, None)]


def weights_info(model: ModelSpec) -> WeightsInfo:
    """The record of the weights that a model spec names.

    Raises:
        DataUnavailable: they are not on this machine.
        InvalidSpec: they were imported for another data set or network.
    """
    try:
        info = _read_info(_path(str(model.weights), "json"))
    except UnlearnError:
        raise DataUnavailable(
            f"the weights {model.weights} are not on this machine; import them with python -m core add-weights"
        ) from None
    if (info.data, info.arch, info.width) != (model.data.name, model.arch, model.width):
        raise InvalidSpec(
            f"the weights {info.name} are for {_network(info.arch, info.width)} on {info.data}, not for "
            f"{_network(model.arch, model.width)} on {model.data.name}; import the file again for these"
        )
    return info


def given_weights(model: ModelSpec) -> dict[str, np.ndarray]:
    """The weights that a model spec names.

    Raises:
        DataUnavailable: they are not on this machine, or the file has changed since it was imported.
    """
    path = _path(weights_info(model).name, "safetensors")
    if not path.is_file() or _fingerprint(path.read_bytes(), model) != model.weights:
        raise DataUnavailable(f"{path} has changed since it was imported; import the weights again")
    return read_weights(path)


def _read_info(path: Path) -> WeightsInfo:
    try:
        return WeightsInfo(**read_json(path))
    except TypeError as error:
        raise StoreError(f"{path} is damaged: {error}") from None


def _network(arch: str, width: int | None) -> str:
    return arch if width is None else f"{arch} of width {width}"


def _fingerprint(data: bytes, model: ModelSpec) -> str:
    """Hash of weights, data set and network: the same weights on two data sets have two records."""
    of = repr((model.data.name, model.arch, model.width)).encode()
    return hashlib.sha256(of + data).hexdigest()[:20]


def _path(name: str, kind: str) -> Path:
    return data_root() / "weights" / f"{name}.{kind}"
