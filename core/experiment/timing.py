"""Time, memory and chance of a run: what an iterator takes, and a stream of random numbers for every purpose."""

import time
from collections.abc import Iterator
from typing import TypeVar

import torch

Item = TypeVar("Item")


class Clock:
    """What is spent inside an iterator, and not in what is done between its items.

    Attributes:
        seconds: so far.
        memory: most bytes that torch had in use on the GPU, with the models and images that wait there. None on the
            CPU, where torch keeps no such account, and the peak of the process is that of everything before as well.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.seconds = 0.0
        self.memory: int | None = None

    def over(self, items: Iterator[Item]) -> Iterator[Item]:
        on_gpu = self.device.type == "cuda"
        while True:
            if on_gpu:
                torch.cuda.reset_peak_memory_stats(self.device)
            started = time.perf_counter()
            item = next(items, None)
            if on_gpu:
                torch.cuda.synchronize(self.device)
                self.memory = max(self.memory or 0, torch.cuda.max_memory_allocated(self.device))
            self.seconds += time.perf_counter() - started
            if item is None:
                return
            yield item
