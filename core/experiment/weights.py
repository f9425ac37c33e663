"""Weights of the user's own for a known network: hostile until checked, name by name, before any is loaded."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open

from core.datasets import load_dataset
from core.errors import InvalidSpec
from core.inference import predict
from core.metrics.prediction_table import seeded_part
from core.models import get_state, model_for, set_state
from core.specs import ModelSpec, short
from core.store.files import read_weights
from core.store.weights import WeightsInfo, keep_weights

NAMED = 20  # names in one message
LOOKED_AT = 2000  # test images: enough to see whether the weights know this data set
DTYPES = {"F32": torch.float32, "I64": torch.int64}  # as safetensors calls them; all that the networks have


def add_weights(path: Path, model: ModelSpec, labels: Sequence[str] = (), title: str | None = None) -> WeightsInfo:
    """Checks a safetensors file against a network, keeps it, and returns what is known of it.

    Args:
        model: the data set and the network that the file's weights are of.
        labels: class names in the order of the network's outputs; default the data set's own order.
        title: what the file is called on screen; default its own name.

    Raises:
        InvalidSpec: what is missing, too much or of another shape, by name; or weights that are no numbers.
        DataUnavailable: the data set is not on this machine.
    """
    dataset = load_dataset(model.data)
    order = _order(labels, dataset.classes)
    network = model_for(model)
    _check(path, {name: (tuple(value.shape), value.dtype) for name, value in network.state_dict().items()})
    state = read_weights(path)
    for name, value in state.items():
        if not np.isfinite(value).all():
            raise InvalidSpec(f"{path}: {short(name)} holds values that are not finite")
    state |= {name: state[name][order] for name in ("head.weight", "head.bias")}
    test = dataset.test.with_ids(seeded_part(dataset.test.index, LOOKED_AT, np.random.default_rng(0)))
    logits = predict(set_state(network, state), torch.tensor(test.images)).numpy()
    if not np.isfinite(logits).all():
        raise InvalidSpec(
            f"{path}: with these weights {model.arch} answers test images with values that are not finite"
        )
    right = float((logits.argmax(1) == test.labels).mean())
    return keep_weights(get_state(network), model, title or path.stem, right, len(test))


def _order(labels: Sequence[str], classes: tuple[str, ...]) -> list[int]:
    """Which output of the network belongs to each class of the data set."""
    if not labels:
        return list(range(len(classes)))
    problems = {
        "missing": [name for name in classes if name not in labels],
        "not a class": [name for name in labels if name not in classes],
    }
    if any(problems.values()) or len(labels) != len(classes):
        found = _listed(problems) or "a name stands there twice"
        raise InvalidSpec(f"labels must name each of the {len(classes)} classes once: {found}")
    return [list(labels).index(name) for name in classes]


def _check(path: Path, wanted: dict[str, tuple[tuple[int, ...], torch.dtype]]) -> None:
    """Reads the file's header alone; the library refuses one that does not fit the file."""
    try:
        with safe_open(path, framework="numpy") as file:
            parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 (it is no mapping)
            found = {name: (tuple(part.get_shape()), part.get_dtype()) for name, part in parts.items()}
    except (OSError, SafetensorError) as error:
        raise InvalidSpec(f"{path} cannot be read as safetensors: {error}") from None
    problems = {
        "missing": sorted(wanted.keys() - found.keys()),
        "not of this network": sorted(found.keys() - wanted.keys()),
        "of another shape or type": [
            f"{name} ({kind} {list(shape)}, not {_kind(wanted[name][1])} {list(wanted[name][0])})"
            for name, (shape, kind) in sorted(found.items())
            if name in wanted and (shape, DTYPES.get(kind)) not in _allowed(*wanted[name])
        ],
    }
    if any(problems.values()):
        raise InvalidSpec(f"{path} does not fit, nothing was loaded: {_listed(problems)}")


def _allowed(shape: tuple[int, ...], dtype: torch.dtype) -> list[tuple[tuple[int, ...], torch.dtype]]:
    """torch reads a single value also from an array of one, as some writers keep it."""
    return [(shape, dtype)] if shape else [((), dtype), ((1,), dtype)]


def _kind(dtype: torch.dtype) -> str:
    return next(name for name, known in DTYPES.items() if known == dtype)


def _listed(problems: dict[str, list[str]]) -> str:
    return "; ".join(f"{len(names)} {what}: {_some(names)}" for what, names in problems.items() if names)


def _some(names: Iterable[str]) -> str:
    shown = [short(name) for name in names]
    more = f" and {len(shown) - NAMED} more" if len(shown) > NAMED else ""
    return f"{', '.join(shown[:NAMED])}{more}"
