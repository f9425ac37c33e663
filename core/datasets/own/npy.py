"""Reads and checks the header of a .npy file before any memory is allocated (``np.load`` does not)."""

from typing import IO

import numpy as np

from core.errors import InvalidSpec


def read_header(file: IO[bytes], size: int, name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and dtype from the header, if the file has the matching length.

    Args:
        size: bytes of the whole file.
        name: name of the array in messages.

    Raises:
        InvalidSpec: the array holds Python objects, or the length does not match.
        ValueError: the file has no valid header.
    """
    version = np.lib.format.read_magic(file)
    reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, kind = reader(file)
    if kind.hasobject:
        raise InvalidSpec(f"{name} holds Python objects, which are refused; save numbers and plain text")
    if file.tell() + int(np.prod(shape, dtype=object)) * kind.itemsize != size:
        raise InvalidSpec(f"{name} does not have the length in its header")
    return shape, kind
