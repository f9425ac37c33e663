"""Trained models on disk, each kept once under its spec's key and shared by all runs."""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock

from core.errors import NotFound
from core.store.files import read_json, read_table, read_weights, write_json, write_table, write_weights
from core.store.shards import read_shards, remove_shards, write_shards


@dataclass(frozen=True)
class SavedModel:
    """A trained model.

    Attributes:
        weights: parameters and buffers by name.
        table: one row per image of the data set (``core.metrics.prediction_table``).
        record: seconds, steps, epochs, images, held_out accuracy per class (None without a pool), versions, device.
    """

    weights: dict[str, np.ndarray]
    table: pd.DataFrame
    record: dict[str, Any]


class ModelFolder(MutableMapping[str, SavedModel]):
    """``<folder>/<key>.safetensors|.parquet|.json``. A model is there when its record is, which is written last.

    Args:
        shipped: a second such folder, which is only ever read: models that come with the app. They are found by key,
            and not listed. Their records say ``shipped``, as other machines trained them.
    """

    def __init__(self, folder: Path, shipped: Path | None = None) -> None:
        self.folder = folder
        self.shipped = shipped

    def __contains__(self, key: object) -> bool:
        return self._home(str(key)) is not None

    def __getitem__(self, key: str) -> SavedModel:
        return SavedModel(self.weights(key), self.table(key), self.record(key))

    def __setitem__(self, key: str, model: SavedModel) -> None:
        if not self._path(key, "safetensors").exists():  # the key fixes the weights; only the table ever grows
            write_weights(self._path(key, "safetensors"), model.weights)
        write_table(self._path(key, "parquet"), model.table)
        write_json(self._path(key, "json"), model.record)
        remove_shards(self._path(key, "checkpoint"))

    def __delitem__(self, key: str) -> None:
        if self._home(key) != self.folder:
            raise NotFound(f"model {key} is not in {self.folder}")
        for kind in ("json", "parquet", "safetensors"):
            self._path(key, kind).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem for path in self.folder.glob("*.json")))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def table(self, key: str) -> pd.DataFrame:
        """A model's rows, without reading its weights."""
        return read_table(self._found(key, "parquet"))

    def weights(self, key: str) -> dict[str, np.ndarray]:
        """A model's weights, without reading its table."""
        return read_weights(self._found(key, "safetensors"))

    def record(self, key: str) -> dict[str, Any]:
        """A model's record, without reading its weights."""
        path = self._found(key, "json")
        return read_json(path) | ({} if path.parent == self.folder else {"shipped": True})

    def adopt(self, key: str) -> None:
        """Copies a shipped model here: what a run was compared with stays, whatever later versions ship."""
        if self._home(key) not in (None, self.folder):
            self[key] = self[key]

    def lock(self, key: str) -> FileLock:
        """Held by the one process that trains or measures this model; free as soon as that process is gone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self._path(key, "lock"))

    def save_checkpoint(self, key: str, state: dict[str, np.ndarray]) -> None:
        """Keeps a training that is not finished."""
        write_shards(self._path(key, "checkpoint"), state)

    def checkpoint(self, key: str) -> dict[str, np.ndarray] | None:
        """What ``save_checkpoint`` was given last; None where there is nothing."""
        path = self._path(key, "checkpoint")
        return read_shards(path) if path.is_file() else None

    def _path(self, key: str, kind: str) -> Path:
        return self.folder / f"{key}.{kind}"

    def _home(self, key: str) -> Path | None:
        """The folder that has the model, this one before the shipped one."""
        homes = (home for home in (self.folder, self.shipped) if home is not None)
        return next((home for home in homes if (home / f"{key}.json").is_file()), None)

    def _found(self, key: str, kind: str) -> Path:
        home = self._home(key)
        if home is None:
            raise NotFound(f"model {key} is not in {self.folder}")
        return home / f"{key}.{kind}"
