"""Measures the time and GPU memory of an iterator."""

import time
from collections.abc import Iterator
from typing import TypeVar

import torch

Item = TypeVar("Item")


class Clock:
    """Measures what is spent inside an iterator, without the work between its items.

    Attributes:
        seconds: time so far.
        memory: peak bytes allocated by torch on the GPU, including models and images already there. None on the CPU,
            where torch does not count it and the process's peak includes earlier work.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.seconds = 0.0
        self.memory: int | None = None

    def over(self, items: Iterator[Item]) -> Iterator[Item]:
        """Yields the items and measures the time to get each."""
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
