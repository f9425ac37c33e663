"""The header of a numpy array in a file: checked before anything is allocated, as ``np.load`` does not."""

from typing import IO

import numpy as np

from core.errors import InvalidSpec


def read_header(file: IO[bytes], size: int, name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type as the array's own header says, where the file is as long as that.

    Args:
        size: bytes of the whole file.
        name: what messages call the array.

    Raises:
        InvalidSpec: Python objects, or another length.
        ValueError: no such header.
    """
    version = np.lib.format.read_magic(file)
    reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, kind = reader(file)
    if kind.hasobject:
        raise InvalidSpec(f"{name} holds Python objects, which are not read; save numbers and plain text")
    if file.tell() + int(np.prod(shape, dtype=object)) * kind.itemsize != size:
        raise InvalidSpec(f"{name} is not as long as its header says")
    return shape, kind
