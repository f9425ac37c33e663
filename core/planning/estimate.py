"""How long a run will about take, by what earlier runs took."""

import math
import os
import shutil
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from core.errors import UnlearnError
from core.planning.history import Past
from core.specs import ModelSpec, RunSpec
from core.specs.data import WIDTH

Record = Mapping[str, Any]

# Multiply-adds of one image, divided by the squares of the network's width and of the image's side.
WORK = {"resnet-tiny": 46.6, "cnn-small": 5.7, "resnet18": 134, "vgg16-bn": 74.7, "allcnn": 29.8, "vit-small": 9.7}

MIN_STEPS = 100  # of a training that says how long others take: in a shorter one the start is most of it


def estimate(
    spec: RunSpec, passes: Mapping[str, int], cached: frozenset[str], train: int, past: Past
) -> tuple[dict[str, float | None], bool]:
    """Seconds per phase: trainings by the pace of like trainings, the method by its last runs on like models.

    Where nothing like them was ever trained on such a device, by the pace of the trainings that are nearest in work per
    image: roughly, as a large network makes more of a processor than a small one.

    Args:
        passes: role -> images that go through the model in its training, counted once an epoch.
        train: training images.

    Returns:
        phase -> seconds, None where nothing is known; and whether trainings are known roughly only.
    """
    wanted = spec.model_dump(mode="json")
    device = "cuda" if has_gpu() else "cpu"

    def alike(model: Mapping[str, Any]) -> bool:
        return _kind(model) == _kind(wanted["model"])

    trained = [record for record in past.records if record["epochs"] and record["device"].startswith(device)]
    pace = [_pace(record) for record in _long(record for record in trained if alike(record["spec"]))]
    rough = not pace
    if rough:
        pace = _scaled(_long(trained), spec.model)
    seconds: dict[str, float | None] = {}
    for role, images in passes.items():
        seconds[role] = 0.0 if role in cached or not images else _usual(pace, times=images)
    runs = [result for result in past.results if alike(result["spec"]["model"])]
    same = [result for result in runs if result["spec"]["method"] == wanted["method"]]
    seconds["unlearn"] = _usual([result["seconds"]["unlearn"] for result in same])
    measured = [result for result in runs if result["spec"]["measure"] == wanted["measure"]]
    seconds["measure"] = _usual([result["seconds"]["measure"] for result in measured])
    if seconds["measure"] is None and spec.measure.shadows:  # what it takes at least: two halves for every pair
        images = spec.measure.shadows * spec.model.train.epochs * train
        at_once = 1 if device == "cuda" else os.cpu_count() or 1
        seconds["measure"] = _usual(pace, times=images / at_once)
    return seconds, rough and any(seconds[role] for role in passes)


def has_gpu() -> bool:
    """Whether this machine seems to have a GPU. Torch is not asked: pages do without it."""
    return shutil.which("nvidia-smi") is not None


def work(model: ModelSpec) -> float:
    """About how many multiply-adds one image takes on its way through the model."""
    return WORK[model.arch] * ((model.width or WIDTH[model.arch]) * model.data.info.shape[1]) ** 2


def _kind(model: Mapping[str, Any]) -> tuple[Any, ...]:
    """Of models that take as long as each other, from a spec's plain values."""
    return model["data"], model["arch"], model["width"] or WIDTH.get(model["arch"])


def _long(records: Iterable[Record]) -> list[Record]:
    """Those that say how long others take; all where there are none."""
    records = list(records)
    return [record for record in records if record["steps"] >= MIN_STEPS] or records


def _pace(record: Record) -> float:
    """Seconds per image and pass."""
    return record["seconds"] / (record["epochs"] * record["images"])


def _scaled(records: list[Record], model: ModelSpec) -> list[float]:
    """The paces of the trainings that are nearest in work per image, as if that were the model's."""
    known = []
    for record in records:
        try:
            ratio = work(model) / work(ModelSpec.parse(record["spec"]))
        except UnlearnError:
            continue  # of images that are not on this machine, or of another version
        known.append((abs(math.log(ratio)), _pace(record) * ratio))
    nearest = min((distance for distance, _ in known), default=0.0)
    return [pace for distance, pace in known if distance == nearest]


def _usual(values: list[float], times: float = 1.0) -> float | None:
    """The median of the first few, which are the nearest in time and place."""
    return median(values[:5]) * times if values else None
