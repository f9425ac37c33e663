"""The choice of a device, and what a GPU is given that a CPU is not: bfloat16 and channels-last, and smaller batches
where its memory ends.

bfloat16 is for training and for accuracies. Wherever an input gradient is taken ``core.sensitivity.evaluating`` keeps
float32 products exact, and the first-order steps of a method are in float32 with what torch rounds by default.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn

from core.errors import InvalidSpec

Result = TypeVar("Result")

SMALL_IMAGE = 16  # pixels a side: up to here neither more threads nor another layout of the weights help a CPU

# What cuDNN and cuBLAS say where memory ends for their own scratch space: no error of torch's allocator.
NO_ROOM = ("unable to find an engine to execute this computation", "STATUS_ALLOC_FAILED")

_listening: list[list[str]] = []  # lists of ``memory_notes``, the innermost last


def choose_device(name: str) -> torch.device:
    """``auto`` is the GPU where there is one.

    Raises:
        InvalidSpec: an unknown name, or ``cuda`` where there is none.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InvalidSpec(f"device {name!r} is not known; choose auto, cpu or cuda")
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise InvalidSpec("device 'cuda': this machine has no usable GPU; choose auto or cpu")
    return torch.device("cuda" if available and name != "cpu" else "cpu")


def on_device(model: nn.Module, device: torch.device) -> nn.Module:
    """The model moved to the device; on a GPU its weights lie channels-last, and the activations follow them."""
    return model.to(device, memory_format=torch.channels_last if device.type == "cuda" else torch.preserve_format)


def mixed_precision(device: torch.device) -> torch.autocast:
    """A context in which a GPU multiplies in bfloat16; on other devices nothing changes."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda")


def precision(device: torch.device) -> str:
    """In which precision numbers are made on the device, as a sentence."""
    if device.type != "cuda":
        return "All numbers are made in float32."
    rounded = " and ".join(
        name
        for name, place in (("convolutions", torch.backends.cudnn.conv), ("products", torch.backends.cuda.matmul))
        if place.fp32_precision == "tf32"
    )
    return (
        "Training and accuracies are in bfloat16 (autocast, channels-last), input gradients in float32, steps of "
        f"methods without input gradients in float32 with {f'TF32 in {rounded}' if rounded else 'no TF32'}."
    )


def in_memory(work: Callable[[int], Result], size: int, least: int = 1) -> tuple[Result, int]:
    """``work(size)`` and the size; where the device's memory does not suffice, with half the size, and so on.

    Raises:
        RuntimeError: not even ``least`` fits; nearly always its kind torch.OutOfMemoryError.
    """
    while True:
        try:
            return work(size), size
        except RuntimeError as error:
            if size <= least or not _for_want_of_memory(error):
                raise
        torch.cuda.empty_cache()  # out here, where the error holds the tensors of the failed attempt no longer
        size = max(least, size // 2)


def in_batches(work: Callable[..., Result], size: int, *rows: Tensor) -> Iterator[Result]:
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
        result, fitted = in_memory(batch, size)
        if fitted < size:
            note_memory(f"for {size} images at once, so {fitted} at a time were looked at, which changes no number")
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
        _listening.pop()


def note_memory(what: str) -> None:
    """Tells the innermost ``memory_notes``, once, what memory did not suffice for and what was done."""
    sentence = f"The device's memory did not suffice {what}."
    if _listening and sentence not in _listening[-1]:
        _listening[-1].append(sentence)


def _for_want_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or any(said in str(error) for said in NO_ROOM)
