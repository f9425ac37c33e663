"""One inspector per store answers questions about single images at once, also while a long run trains.

A process of its own, because the one of the page has no torch and that of a run is busy. It has the models of the last
few runs at hand, takes the newest question first, and goes when idle.
"""

import os
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from core.errors import UnlearnError
from core.jobs.singleton import Service
from core.specs.inspection import InspectSpec
from core.store import Store, open_finished, write_json
from core.store.inspections import PARTS

IDLE_SECONDS = 300.0
TICK_SECONDS = 0.05
RUNS = 4  # whose models are kept at hand
SMALL_IMAGE = 16  # pixels a side up to which a GPU is no quicker
NICE = 2  # pages answer first, runs can wait

_SERVICE = Service("inspector", ("-m", "core.jobs.inspector"))
ensure_inspector, is_inspecting = _SERVICE.ensure, _SERVICE.is_up


def inspect(store: Store, idle_seconds: float = IDLE_SECONDS) -> None:
    """Answers questions until none has been asked for ``idle_seconds``.

    Raises:
        StoreError: another inspector has this store.
    """
    with _SERVICE.only_one(store):
        write_json(store.root / "inspector.json", {"pid": os.getpid()})
        at_hand = lru_cache(maxsize=RUNS)(_models)
        last_work = time.monotonic()
        while time.monotonic() - last_work < idle_seconds:
            question = store.inspections.newest()
            if question is None:
                time.sleep(TICK_SECONDS)
                continue
            _answer(store, question, at_hand)
            last_work = time.monotonic()


def _answer(store: Store, question: InspectSpec, at_hand: Callable[..., Any]) -> None:
    """The next part of an answer: between two parts a newer question may come first."""
    missing = [part for part in PARTS if part not in store.inspections.known(question)]
    try:
        if missing:
            _find(store, question, missing[0], at_hand(store, question.run))
        if not missing[1:]:
            store.inspections.close(question)
    except Exception as error:  # whatever is wrong with one question, the others are answered
        said = str(error) if isinstance(error, UnlearnError) else f"{type(error).__name__}: {error}"
        store.inspections.fail(question, said)


def _find(store: Store, question: InspectSpec, part: str, models: dict[str, Any]) -> None:
    from core.analysis.single_image import target_and_rival
    from core.inspection import answers, image_and_label, maps

    image, label = image_and_label(store, open_finished(store, question.run), question)
    if part == "answers":
        store.inspections.put_answers(question, answers(models, image))
    else:
        classes = target_and_rival(store.inspections.answers(question), label)
        store.inspections.put_maps(question, part, maps(models, image, classes, part))


def _models(store: Store, run: str) -> dict[str, Any]:
    import torch

    from core.device import choose_device
    from core.inspection import models_of

    folder = open_finished(store, run)
    small = max(folder.spec.model.data.info.shape[1:]) <= SMALL_IMAGE
    torch.set_num_threads(1)  # a run may be using the others
    return models_of(folder, choose_device("cpu" if small else "auto"))


if __name__ == "__main__":
    os.nice(NICE)
    import core.inspection  # noqa: F401  before there is a question: it takes longer than an answer

    inspect(Store(sys.argv[1]))
