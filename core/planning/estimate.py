"""Estimates the time of a run from earlier runs."""

import math
import os
import shutil
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from core.errors import UnlearnError
from core.planning.history import Past
from core.roles import is_gold, only_golds
from core.specs import ModelSpec, RunSpec
from core.specs.data import WIDTH

Record = Mapping[str, Any]

# Multiply-adds per image, divided by width^2 * image side^2.
WORK = {
    "resnet-tiny": 46.6, "cnn-small": 5.7, "cnn-fast": 30.5, "resnet18": 134, "vgg16-bn": 74.7, "allcnn": 29.8,
    "vit-small": 9.7,
}  # fmt: skip

# Multiply-adds per image. Smaller networks, such as ``cnn-small`` on 28x28, use one thread: the other cores can then
# train other golds.
SMALL_WORK = 2e6
WORTH_A_PROCESS = 1e10  # multiply-adds of a training: about as long as a new process takes to import torch
STEP_SECONDS = 0.005  # of the smallest network on the smallest batch: no training step takes less

MIN_STEPS = 100  # shorter trainings are mostly start-up; don't use them for timing


def estimate(
    spec: RunSpec, passes: Mapping[str, int], cached: frozenset[str], train: int, past: Past
) -> tuple[dict[str, float | None], bool]:
    """Estimated seconds per phase, from trainings and runs of similar models on the same kind of device.

    Without a similar training the estimate is rough: it scales the training that is closest in work per image. (Large
    networks use a processor better than small ones.)

    Args:
        passes: role -> images processed in training, summed over epochs.
        train: number of training images.

    Returns:
        phase -> seconds (None: unknown); whether the times of trainings are rough.
    """
    wanted = spec.model_dump(mode="json")
    device = "cuda" if has_gpu() else "cpu"

    def is_similar(model: Mapping[str, Any]) -> bool:
        return _kind(model) == _kind(wanted["model"])

    trained = [record for record in past.records if record["epochs"] and record["device"].startswith(device)]
    pace = [_pace(record) for record in _long(record for record in trained if is_similar(record["spec"]))]
    rough = not pace
    if rough:
        pace = _scaled(_long(trained), spec.model)
    seconds: dict[str, float | None] = {}
    for role, images in passes.items():
        known = 0.0 if role in cached or not images else _usual(pace, times=images)
        if known and rough:
            known = max(known, images / spec.model.train.batch_size * STEP_SECONDS)
        seconds[role] = known
    runs = [result for result in past.results if is_similar(result["spec"]["model"])]
    same = [result for result in runs if result["spec"]["method"] == wanted["method"]]
    seconds["unlearn"] = _usual([result["seconds"]["unlearn"] for result in same])
    measured = [result for result in runs if result["spec"]["measure"] == wanted["measure"]]
    closest = [result for result in measured if result in same] or measured  # some of it is between a method's steps
    seconds["measure"] = _usual([result["seconds"]["measure"] for result in closest])
    if seconds["measure"] is None and spec.measure.shadows:  # a lower bound: two half-sized trainings per pair
        images = spec.measure.shadows * spec.model.train.epochs * train
        at_once = 1 if device == "cuda" else os.cpu_count() or 1
        seconds["measure"] = _usual(pace, times=images / at_once)
    return seconds, rough and any(seconds[role] for role in passes)


def has_gpu() -> bool:
    """Whether this machine seems to have a GPU; without torch, because pages don't import it."""
    return shutil.which("nvidia-smi") is not None


def work(model: ModelSpec) -> float:
    """Approximate multiply-adds of one forward pass per image."""
    return WORK[model.arch] * ((model.width or WIDTH[model.arch]) * model.data.info.shape[1]) ** 2


def is_small(model: ModelSpec) -> bool:
    """Whether one thread is enough for a network, so that other processes can use the other cores."""
    return work(model) <= SMALL_WORK


def trained_at_once(model: ModelSpec, images: int) -> int:
    """How many golds are trained at the same time: one on a GPU, where one uses all threads, or where it is short.

    Args:
        images: images that one gold processes in training, summed over epochs.
    """
    alone = has_gpu() or not is_small(model) or images * work(model) < WORTH_A_PROCESS
    return 1 if alone else os.cpu_count() or 1


def total_seconds(seconds: Mapping[str, float | None], at_once: int) -> float:
    """Sum of the known seconds per phase, where golds are trained side by side.

    Args:
        at_once: how many golds are trained at the same time.
    """
    others = sum(value for phase, value in seconds.items() if value and not is_gold(phase))
    processes = [0.0] * at_once
    for value in only_golds(seconds).values():
        processes[processes.index(min(processes))] += value or 0.0
    return others + max(processes)


def _kind(model: Mapping[str, Any]) -> tuple[Any, ...]:
    """Key of models with the same training time per image, from a spec as plain values."""
    return model["data"], model["arch"], model["width"] or WIDTH.get(model["arch"])


def _long(records: Iterable[Record]) -> list[Record]:
    """The records long enough for timing; all records if none is."""
    records = list(records)
    return [record for record in records if record["steps"] >= MIN_STEPS] or records


def _pace(record: Record) -> float:
    """Seconds per image and epoch."""
    return record["seconds"] / (record["epochs"] * record["images"])


def _scaled(records: list[Record], model: ModelSpec) -> list[float]:
    """Paces of the trainings that are closest in work per image, scaled to the model's work."""
    known = []
    for record in records:
        try:
            ratio = work(model) / work(ModelSpec.parse(record["spec"]))
        except UnlearnError:
            continue  # its images are not on this machine, or another version wrote it
        known.append((abs(math.log(ratio)), _pace(record) * ratio))
    nearest = min((distance for distance, _ in known), default=0.0)
    return [pace for distance, pace in known if distance == nearest]


def _usual(values: list[float], times: float = 1.0) -> float | None:
    """The median of the first five values, which are the newest."""
    return median(values[:5]) * times if values else None
