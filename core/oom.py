"""Where a device's memory ends: smaller batches, and a sentence that says so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor

Result = TypeVar("Result")

# What cuDNN, cuBLAS and the driver say where memory ends for their own use: no error of torch's allocator.
NO_ROOM = ("unable to find an engine to execute this computation", "STATUS_ALLOC_FAILED", "CUDA error: out of memory")

_listening: list[list[str]] = []  # lists of ``memory_notes``, the innermost last


def retry_on_oom(work: Callable[[int], Result], size: int, least: int = 1) -> tuple[Result, int]:
    """``work(size)`` and the size; where the device's memory does not suffice, with half the size, and so on.

    Raises:
        RuntimeError: not even ``least`` fits; torch.OutOfMemoryError, or one that says what is in ``NO_ROOM``.
    """
    while True:
        try:
            return work(size), size
        except RuntimeError as error:
            if size <= least or not _for_want_of_memory(error):
                raise
        torch.cuda.empty_cache()  # out here, where the error holds the tensors of the failed attempt no longer
        size = max(least, size // 2)


def map_batches(work: Callable[..., Result], size: int, *rows: Tensor) -> Iterator[Result]:
    """``work`` of batches of at most ``size`` rows in turn, of smaller ones from where memory ends.

    Args:
        work: takes the batch of each of ``rows``; once, without rows, where they are empty.

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
                f"for {size} images at once, so {fitted} at a time were looked at; it changes numbers by rounding only"
            )
        size = fitted
        yield result
        done += size
        if done >= count:
            return


@contextmanager
def memory_notes() -> Iterator[list[str]]:
    """A list that gets a sentence wherever the device's memory does not suffice in this block."""
    notes: list[str] = []
    _listening.append(notes)
    try:
        yield notes
    finally:
        _listening[:] = [each for each in _listening if each is not notes]  # another run may have begun since


def note_memory(what: str) -> None:
    """Tells the innermost ``memory_notes``, once, what memory did not suffice for and what was done."""
    sentence = f"The device's memory did not suffice {what}."
    if _listening and sentence not in _listening[-1]:
        _listening[-1].append(sentence)


def _for_want_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or any(said in str(error) for said in NO_ROOM)
