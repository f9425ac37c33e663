"""What a reader of the user's own images gives back: arrays, class names, and sentences about what it left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.datasets.array_store import Arrays

SHOWN = 3  # names of a kind in one sentence


@dataclass(frozen=True)
class Imported:
    """Images of the user's own, read but not yet checked against each other.

    Attributes:
        arrays: images uint8 (N, C, H, W) and labels int64 (N,), of training and of test.
        classes: the class names in the order of the labels.
        notes: sentences: how the layout was understood, what was left out.
    """

    arrays: Arrays
    classes: list[str]
    notes: tuple[str, ...] = ()


def left_out(kinds: Mapping[str, Sequence[str]]) -> list[str]:
    """One sentence that counts what was left out, by kind; none where nothing was."""
    parts = [f"{kind} ({len(names):,}: {_some(names)})" for kind, names in kinds.items() if names]
    return [f"Left out: {'; '.join(parts)}."] if parts else []


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
