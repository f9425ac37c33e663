"""Out-of-memory handling: retries with smaller batches and notes it for the result."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor

Result = TypeVar("Result")

# Out-of-memory messages of cuDNN, cuBLAS and the driver, which are not torch.OutOfMemoryError.
OOM_MESSAGES = (
    "unable to find an engine to execute this computation",
    "STATUS_ALLOC_FAILED",
    "CUDA error: out of memory",
)

_listening: list[list[str]] = []  # the active ``memory_notes``, innermost last


def retry_on_oom(work: Callable[[int], Result], size: int, least: int = 1) -> tuple[Result, int]:
    """Returns ``work(size)`` and the size; halves the size while the device is out of memory.

    Raises:
        RuntimeError: not even ``least`` fits.
    """
    while True:
        try:
            return work(size), size
        except RuntimeError as error:
            if size <= least or not _is_out_of_memory(error):
                raise
        torch.cuda.empty_cache()  # outside the handler, where the error no longer holds tensors
        size = max(least, size // 2)


def map_batches(work: Callable[..., Result], size: int, *rows: Tensor) -> Iterator[Result]:
    """Yields ``work`` of batches of at most ``size`` rows; batches get smaller when the device is out of memory.

    Args:
        work: called with a batch of each of ``rows``; called once if they are empty.

    Raises:
        RuntimeError: not even one row fits.
    """
    count, done = len(rows[0]), 0

    def batch(at_once: int) -> Result:
        return work(*(each[done : done + at_once] for each in rows))

    size = max(1, min(size, count))
    while True:
        result, fitted = retry_on_oom(batch, size)
        if fitted < size:
            note_memory(
                f"for {size} images at once, so batches of {fitted} were used; this changes numbers only by rounding"
            )
        size = fitted
        yield result
        done += size
        if done >= count:
            return


@contextmanager
def memory_notes() -> Iterator[list[str]]:
    """A context that collects a sentence whenever the device is out of memory."""
    notes: list[str] = []
    _listening.append(notes)
    try:
        yield notes
    finally:
        _listening[:] = [each for each in _listening if each is not notes]  # another run may have started since


def note_memory(what: str) -> None:
    """Adds a sentence to the innermost ``memory_notes``, once: what did not fit and what was done."""
    sentence = f"There was not enough device memory {what}."
    if _listening and sentence not in _listening[-1]:
        _listening[-1].append(sentence)


def _is_out_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or any(message in str(error) for message in OOM_MESSAGES)
