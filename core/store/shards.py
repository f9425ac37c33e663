"""Arrays in several files of limited size (sharded), written atomically."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import numpy as np

from core.store.files import read_json, read_weights, remove_file, write_json, write_weights

MAX_BYTES = 15_000_000  # arrays per file; the file then stays below 16 MB


def write_shards(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes the arrays into files beside ``path``, which lists them; deletes the files of an earlier list.

    A single array larger than ``MAX_BYTES`` gets its own, larger file.
    """
    token = uuid4().hex[:8]
    names = []
    for n, part in enumerate(_parts(arrays)):
        names.append(f"{path.name}-{token}-{n}")
        write_weights(path.with_name(names[-1]), part)
    write_json(path, names)
    _remove_all_but(path, names)


def read_shards(path: Path) -> dict[str, np.ndarray]:
    """
    Raises:
        StoreError: a file is missing or damaged.
    """
    return {name: a for file in read_json(path) for name, a in read_weights(path.with_name(file)).items()}


def remove_shards(path: Path) -> None:
    """Deletes the list and all its files."""
    remove_file(path)
    _remove_all_but(path, [])


def _parts(arrays: Mapping[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    part: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        if part and sum(a.nbytes for a in part.values()) + array.nbytes > MAX_BYTES:
            yield part
            part = {}
        part[name] = array
    yield part


def _remove_all_but(path: Path, names: list[str]) -> None:
    for file in path.parent.glob(f"{path.name}-*"):
        if file.name not in names:
            remove_file(file)
