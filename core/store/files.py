"""Atomic file writes: each file is written under a temporary name and then renamed."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
import safetensors.numpy

from core.errors import StoreError


def write_bytes(path: Path, data: bytes) -> None:
    """Writes ``data`` to ``path``; creates missing folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid4().hex[:8]}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    write_bytes(path, (json.dumps(value, indent=1, allow_nan=False) + "\n").encode())


def read_json(path: Path) -> Any:
    """
    Raises:
        StoreError: the file is missing or damaged.
    """
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


def write_table(path: Path, frame: pd.DataFrame) -> None:
    write_bytes(path, frame.to_parquet(index=False, compression="zstd"))


def read_table(path: Path) -> pd.DataFrame:
    """
    Raises:
        StoreError: the file is missing or damaged.
    """
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


def write_weights(path: Path, weights: Mapping[str, np.ndarray]) -> None:
    write_bytes(path, safetensors.numpy.save({name: np.asarray(value, order="C") for name, value in weights.items()}))


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """
    Raises:
        StoreError: the file is missing or damaged.
    """
    try:
        return safetensors.numpy.load_file(path)
    except (OSError, safetensors.SafetensorError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


def remove_folder(path: Path) -> None:
    """Deletes a folder: renamed first, so that it disappears at once."""
    if path.exists():
        grave = path.with_name(f".{path.name}.{uuid4().hex[:8]}.gone")
        os.replace(path, grave)
        shutil.rmtree(grave, ignore_errors=True)
