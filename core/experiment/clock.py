"""Time and chance of a run: seconds inside an iterator, and a stream of random numbers for every purpose."""

import time
from collections.abc import Iterator

import numpy as np
import torch

from core.training import Step


def stream(seed: int, purpose: str) -> torch.Generator:
    """A generator on the CPU, of its own for every seed and purpose."""
    words = np.random.SeedSequence([seed, *purpose.encode()]).generate_state(2, np.uint32)
    return torch.Generator().manual_seed(int(words[0]) << 32 | int(words[1]))


class Clock:
    """Seconds spent inside an iterator, and not in what is done between its items."""

    def __init__(self, place: torch.device) -> None:
        self.place = place
        self.seconds = 0.0

    def over(self, steps: Iterator[Step]) -> Iterator[Step]:
        while True:
            started = time.perf_counter()
            step = next(steps, None)
            if self.place.type == "cuda":
                torch.cuda.synchronize(self.place)
            self.seconds += time.perf_counter() - started
            if step is None:
                return
            yield step
