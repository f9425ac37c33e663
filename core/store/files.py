"""Atomic file writes: each file is written under a temporary name and then renamed."""

import errno
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
import safetensors.numpy
from filelock import FileLock, Timeout

from core.access import check_writable
from core.errors import StoreError

PART, GONE = ".part", ".gone"  # names of files that are being written, and of folders that are being deleted


def write_bytes(path: Path, data: bytes) -> None:
    """Writes ``data`` to ``path``; creates missing folders."""
    check_writable()
    part = path.with_name(f".{path.name}.{uuid4().hex[:8]}{PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> StoreError:
    """The error of a file or folder that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(f"the disk of the store is full: {path} cannot be written")
    return StoreError(f"{path} cannot be written: {error.strerror}")


def may_be_a_name(text: str) -> bool:
    """Whether a text of unknown origin may be part of a file's name: letters and digits, and not too long for that."""
    return text.isalnum() and len(text.encode()) <= 100


def remove_file(path: Path) -> None:
    """Deletes a file, if it is there."""
    check_writable()
    path.unlink(missing_ok=True)


class StoreLock(FileLock):
    """A file lock whose folder is made when it is needed, and whose errors are those of a store."""

    def acquire(self, *args: Any, **words: Any) -> Any:
        """
        Raises:
            Timeout: another process holds it.
            StoreError: the file cannot be written.
        """
        check_writable()
        path = Path(self.lock_file)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return super().acquire(*args, **words)
        except Timeout:
            raise
        except OSError as error:
            raise unwritable(path, error) from error


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
    except Exception as error:  # of a damaged file pyarrow raises errors of every kind
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
    check_writable()
    if path.exists():
        grave = path.with_name(f".{path.name}.{uuid4().hex[:8]}{GONE}")
        try:
            os.replace(path, grave)
        except OSError as error:
            raise unwritable(path, error) from error
        shutil.rmtree(grave, ignore_errors=True)
