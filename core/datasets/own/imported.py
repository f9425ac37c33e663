"""The result of reading the user's own images: arrays, class names, and notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.datasets.array_store import Arrays

MAX_SHOWN = 3  # names per kind in a sentence


@dataclass(frozen=True)
class Imported:
    """The user's own images, read but not yet validated as a data set.

    Attributes:
        arrays: images uint8 (N, C, H, W) and labels int64 (N,), for train and test.
        classes: the class names in the order of the labels.
        notes: sentences about the layout and the files left out.
    """

    arrays: Arrays
    classes: list[str]
    notes: tuple[str, ...] = ()


def left_out(kinds: Mapping[str, Sequence[str]]) -> list[str]:
    """A sentence that counts the files left out, by kind; empty list if there are none."""
    parts = [f"{kind} ({len(names):,}: {_some(names)})" for kind, names in kinds.items() if names]
    return [f"Left out: {'; '.join(parts)}."] if parts else []


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:MAX_SHOWN]) + (", ..." if len(names) > MAX_SHOWN else "")
