"""Processes that work beside the run's own, with one thread each."""

import os
import threading
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.queues import Queue
from typing import Any, TypeVar

import torch

Returned = TypeVar("Returned")

CONTEXT = get_context("spawn")  # a fork of a process with torch may hang

_events: "Queue[Any] | None" = None  # in a pool process: where its events go


def process_pool(count: int, events: "Queue[Any] | None" = None) -> ProcessPoolExecutor:
    """A pool of this many processes.

    A script that uses it needs ``if __name__ == "__main__"``.

    Args:
        events: receives what the processes ``send``.
    """
    return ProcessPoolExecutor(count, CONTEXT, begin, (events,))


def begin(events: "Queue[Any] | None" = None) -> None:
    """Initialises a pool process: one thread, and exit when the parent process dies (a cancelled run is killed)."""
    global _events
    _events = events
    torch.set_num_threads(1)
    parent = parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def send(event: object) -> None:
    """Sends an event from a pool process to the process of the run."""
    assert _events is not None
    _events.put(event)


def last(events: Generator[Any, None, Returned]) -> Returned:
    """The return value of a generator of events, which are left out."""
    while True:
        try:
            next(events)
        except StopIteration as end:
            return end.value
