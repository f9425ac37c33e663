"""Trained models on disk, stored once under the key of their spec and shared by all runs."""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.errors import NotFound
from core.store.files import (
    StoreLock,
    read_json,
    read_table,
    read_weights,
    remove_file,
    write_json,
    write_table,
    write_weights,
)
from core.store.shards import read_shards, remove_shards, write_shards


@dataclass(frozen=True)
class SavedModel:
    """A trained model.

    Attributes:
        weights: parameters and buffers by name.
        table: one row per image of the data set (``core.metrics.prediction_table``).
        record: seconds, steps, epochs, images, held_out (accuracy per class, None without a pool), versions, device.
    """

    weights: dict[str, np.ndarray]
    table: pd.DataFrame
    record: dict[str, Any]


class ModelFolder(MutableMapping[str, SavedModel]):
    """Models as ``<folder>/<key>.safetensors|.parquet|.json``. A model exists once its record (json) does.

    Args:
        shipped: a second, read-only folder with the models that come with the app. They are found by key but not
            listed. Their records have ``shipped``, because another machine trained them.
    """

    def __init__(self, folder: Path, shipped: Path | None = None) -> None:
        self.folder = folder
        self.shipped = shipped

    def __contains__(self, key: object) -> bool:
        return self._home(str(key)) is not None

    def __getitem__(self, key: str) -> SavedModel:
        return SavedModel(self.weights(key), self.table(key), self.record(key))

    def __setitem__(self, key: str, model: SavedModel) -> None:
        if not self._path(key, "safetensors").exists():  # the key determines the weights; only the table can grow
            write_weights(self._path(key, "safetensors"), model.weights)
        write_table(self._path(key, "parquet"), model.table)
        write_json(self._path(key, "json"), model.record)
        remove_shards(self._path(key, "checkpoint"))

    def __delitem__(self, key: str) -> None:
        if self._home(key) != self.folder:
            raise NotFound(f"model {key} is not in {self.folder}")
        for kind in ("json", "parquet", "safetensors"):
            remove_file(self._path(key, kind))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem for path in self.folder.glob("*.json")))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def table(self, key: str) -> pd.DataFrame:
        """A model's table, without reading its weights."""
        return read_table(self._found(key, "parquet"))

    def weights(self, key: str) -> dict[str, np.ndarray]:
        """A model's weights, without reading its table."""
        return read_weights(self._found(key, "safetensors"))

    def record(self, key: str) -> dict[str, Any]:
        """A model's record, without reading its weights."""
        path = self._found(key, "json")
        return read_json(path) | ({} if path.parent == self.folder else {"shipped": True})

    def adopt(self, key: str) -> None:
        """Copies a shipped model into this folder, so that a run keeps its models when the app is updated."""
        if self._home(key) not in (None, self.folder):
            self[key] = self[key]

    def lock(self, key: str) -> StoreLock:
        """Lock of the process that trains or measures this model; released when that process ends."""
        return StoreLock(self._path(key, "lock"))

    def save_checkpoint(self, key: str, state: dict[str, np.ndarray]) -> None:
        """Saves the state of an unfinished training."""
        write_shards(self._path(key, "checkpoint"), state)

    def checkpoint(self, key: str) -> dict[str, np.ndarray] | None:
        """The last state from ``save_checkpoint``; None if there is none."""
        path = self._path(key, "checkpoint")
        return read_shards(path) if path.is_file() else None

    def _path(self, key: str, kind: str) -> Path:
        return self.folder / f"{key}.{kind}"

    def _home(self, key: str) -> Path | None:
        """The folder that has the model: this one, else the shipped one."""
        homes = (home for home in (self.folder, self.shipped) if home is not None)
        return next((home for home in homes if (home / f"{key}.json").is_file()), None)

    def _found(self, key: str, kind: str) -> Path:
        home = self._home(key)
        if home is None:
            raise NotFound(f"model {key} is not in {self.folder}")
        return home / f"{key}.{kind}"
