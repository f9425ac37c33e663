"""Imports the user's own weights for a known network; files are not trusted, and every name is checked."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.datasets import load_dataset
from core.errors import InvalidSpec
from core.inference import predict
from core.metrics.prediction_table import seeded_part
from core.models import get_state, model_for, set_state
from core.models.checkpoint import read_checkpoint
from core.models.foreign import our_names
from core.specs import ModelSpec, short
from core.store.weights import WeightsInfo, keep_weights

MAX_NAMED = 20  # names in one message
MAX_TESTED = 2000  # test images: enough to see whether the weights fit the data set
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)  # all are kept as float32
MEAN, STD = "features.0.mean", "features.0.std"

State = dict[str, np.ndarray]


def add_weights(
    path: Path, model: ModelSpec, labels: Sequence[str] = (), title: str | None = None, normalise: str = ""
) -> WeightsInfo:
    """Checks a weight file against a network, stores the weights, and returns their record.

    Args:
        path: safetensors or ``torch.save``; with our names or those supported by ``core.models.foreign``.
        model: data set and network of the weights.
        labels: class names in the order of the network's outputs; default: the data set's order.
        title: name of the weights on screen; default: the file's name.
        normalise: ``MEAN/STD`` of pixels in [0, 1], such as ``0.5/0.25``, or one number per channel separated by
            commas; default: the file's, else the data set's.

    Raises:
        InvalidSpec: weights are missing, not of this network, of another shape, or not finite; the message names them.
        DataUnavailable: the data set is not on this machine.
    """
    dataset = load_dataset(model.data)
    order = _order(labels, dataset.classes)
    network = model_for(model)
    wanted = network.state_dict()
    given = _given(normalise, wanted[MEAN].shape) if normalise else {}
    found = _checked(path, read_checkpoint(path), wanted)
    source = "as given" if given else "from the file" if MEAN in found else "assumed: those of the data set"
    state = get_state(network) | found | given
    state |= {name: state[name][order] for name in ("head.weight", "head.bias")}
    test = dataset.test.with_ids(seeded_part(dataset.test.index, MAX_TESTED, np.random.default_rng(0)))
    logits = predict(set_state(network, state), torch.tensor(test.images)).numpy()
    if not np.isfinite(logits).all():
        raise InvalidSpec(f"{path}: with these weights the outputs of {model.arch} on test images are not finite")
    right = float((logits.argmax(1) == test.labels).mean())
    normalisation = f"mean {_numbers(state[MEAN])} and std {_numbers(state[STD])} ({source})"
    return keep_weights(get_state(network), model, title or path.stem, right, len(test), normalisation)


def _order(labels: Sequence[str], classes: tuple[str, ...]) -> list[int]:
    """The output of the network for each class of the data set."""
    if not labels:
        return list(range(len(classes)))
    problems = {
        "missing": [name for name in classes if name not in labels],
        "not a class": [short(name) for name in labels if name not in classes],
    }
    if any(problems.values()) or len(labels) != len(classes):
        found = _listed(problems) or "a name occurs twice"
        raise InvalidSpec(f"labels must name each of the {len(classes)} classes once: {found}")
    return [list(labels).index(name) for name in classes]


def _given(text: str, shape: torch.Size) -> State:
    """Parses ``MEAN/STD`` into mean and standard deviation."""
    channels = shape[0]
    try:
        parts = [[float(number) for number in part.split(",")] for part in text.split("/")]
        mean, std = (part * channels if len(part) == 1 else part for part in parts)
        sound = len(mean) == len(std) == channels and all(map(math.isfinite, mean + std)) and min(std) > 0
    except ValueError:  # not a number, or not two parts
        sound = False
    if not sound:
        raise InvalidSpec(
            f"normalise = {short(text)!r} is not allowed; write MEAN/STD, such as 0.5/0.25, with one number for all "
            f"channels or {channels} separated by commas, and std above 0"
        )
    return {name: np.array(values, np.float32).reshape(shape) for name, values in ((MEAN, mean), (STD, std))}


def _checked(path: Path, found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> State:
    """The weights by our names; optional ones (batch counters, normalisation) may be missing."""
    names = our_names(found)
    ours = {name: found[theirs] for theirs, name in names.items()}
    times = Counter(names.values())
    free = {name for name in wanted if name.endswith("num_batches_tracked")}
    if not {MEAN, STD} & ours.keys():
        free |= {MEAN, STD}
    problems = {
        "missing": sorted(wanted.keys() - ours.keys() - free),
        "not of this network": sorted(short(theirs) for theirs, name in names.items() if name not in wanted),
        "given twice": sorted(short(theirs) for theirs, name in names.items() if times[name] > 1),
        "of another shape or type": [
            f"{short(theirs)} ({_kind(found[theirs])}, not {_kind(wanted[name])})"
            for theirs, name in sorted(names.items())
            if name in wanted and not _fits(found[theirs], wanted[name])
        ],
    }
    if any(problems.values()):
        raise InvalidSpec(f"{path} does not fit, nothing was loaded: {_listed(problems)}")
    state = {
        name: value.detach().to(wanted[name].dtype).reshape(wanted[name].shape).numpy() for name, value in ours.items()
    }
    if bad := [theirs for theirs, name in names.items() if not np.isfinite(state[name]).all()]:
        raise InvalidSpec(f"{path}: {short(bad[0])} holds values that are not finite")
    return state


def _fits(found: Tensor, wanted: Tensor) -> bool:
    """Whether shape and dtype match; dimensions of size 1 are ignored, because some files store a mean as (C,)."""
    same = [side for side in found.shape if side != 1] == [side for side in wanted.shape if side != 1]
    return same and (found.dtype in FLOATS if wanted.is_floating_point() else found.dtype == wanted.dtype)


def _kind(value: Tensor) -> str:
    return f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"


def _numbers(values: np.ndarray) -> str:
    return ", ".join(f"{value:.4g}" for value in values.flat)


def _listed(problems: dict[str, list[str]]) -> str:
    return "; ".join(f"{len(names)} {what}: {_some(names)}" for what, names in problems.items() if names)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{', '.join(names[:MAX_NAMED])}{more}"
