"""The inspector: one process per store that answers questions about single images, even while a long run trains.

It is a separate process because the page has no torch and the worker is busy. It caches the models of the last few
runs, answers the newest question first, and exits when idle.
"""

import os
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from core.errors import UnlearnError
from core.escaping import error_sentence
from core.jobs.singleton import Service
from core.specs.inspection import InspectSpec
from core.store import Store, open_finished, write_json
from core.store.inspections import PARTS

IDLE_SECONDS = 300.0
TICK_SECONDS = 0.05
MAX_RUNS = 4  # runs whose models are cached
SMALL_IMAGE = 16  # pixels per side; up to this size a GPU is not faster
NICE = 2  # lower priority than pages, higher than runs

_SERVICE = Service("inspector", ("-m", "core.jobs.inspector"))
ensure_inspector, is_inspecting = _SERVICE.ensure, _SERVICE.is_up


def inspect(store: Store, idle_seconds: float = IDLE_SECONDS) -> None:
    """Answers questions until there has been none for ``idle_seconds``.

    Raises:
        StoreError: the store has another inspector.
    """
    with _SERVICE.only_one(store):
        write_json(store.root / "inspector.json", {"pid": os.getpid()})
        cached_models = lru_cache(maxsize=MAX_RUNS)(_models)
        last_work = time.monotonic()
        while time.monotonic() - last_work < idle_seconds:
            question = store.inspections.newest()
            if question is None:
                time.sleep(TICK_SECONDS)
                continue
            _answer(store, question, cached_models)
            last_work = time.monotonic()


def _answer(store: Store, question: InspectSpec, models_of_run: Callable[..., Any]) -> None:
    """Computes the next part of an answer; a newer question may come before the part after it."""
    missing = [part for part in PARTS if part not in store.inspections.known(question)]
    try:
        if missing:
            _find(store, question, missing[0], models_of_run(store, question.run))
        if not missing[1:]:
            store.inspections.close(question)
    except Exception as error:  # one bad question must not stop the others
        known = isinstance(error, UnlearnError | OSError)
        message = error_sentence(error) if known else f"{type(error).__name__}: {error_sentence(error)}"
        store.inspections.fail(question, message)


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
    torch.set_num_threads(1)  # leave the other cores to a run
    return models_of(folder, choose_device("cpu" if small else "auto"))


if __name__ == "__main__":
    os.nice(NICE)
    import core.inspection  # noqa: F401  import early: it takes longer than an answer

    inspect(Store(sys.argv[1]))
