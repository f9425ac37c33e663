"""Arrays of a data set on disk: written atomically, read memory-mapped.

images.npy uint8 (N, C, H, W), labels.npy int64 (N,) the finest labels, index.npy int64 (N,) the ids. Training images
come first, in stratified order, so that the pool and smaller training sets are slices; then test images. An id is the
image's position in its original data set, training images first.
"""

import json
import os
import shutil
from pathlib import Path
from uuid import uuid4

import numpy as np

from core.access import check_writable
from core.datasets.stratified import stratified_order
from core.errors import DataUnavailable
from core.specs.datasets import DataInfo, info_json

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # x_train, y_train, x_test, y_test


def write_prepared(folder: Path, arrays: Arrays, info: DataInfo) -> None:
    """Writes the arrays into a new folder; an existing folder is kept.

    Args:
        arrays: images uint8 (N, C, H, W) and finest labels int64 (N,), for train and test.

    Raises:
        DataUnavailable: the folder cannot be written.
    """
    check_writable()
    x_train, y_train, x_test, y_test = arrays
    order = stratified_order(y_train)
    part = folder.with_name(f".{folder.name}.{uuid4().hex[:8]}.part")
    try:
        part.mkdir(parents=True)
        np.save(part / "labels.npy", np.concatenate([y_train[order], y_test]).astype(np.int64))
        np.save(part / "index.npy", np.concatenate([order, len(order) + np.arange(len(y_test))]).astype(np.int64))
        shape = (len(y_train) + len(y_test), *x_train.shape[1:])
        images = np.lib.format.open_memmap(part / "images.npy", "w+", np.uint8, shape)
        images[: len(order)], images[len(order) :] = x_train[order], x_test
        images.flush()
        (part / "info.json").write_text(json.dumps(info_json(info)))
        os.replace(part, folder)
    except OSError as error:
        if not folder.is_dir():  # else another process was first
            raise DataUnavailable(f"{folder} cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def read_prepared(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Reads images (memory-mapped), finest labels and ids.

    Raises:
        DataUnavailable: files are missing or damaged.
    """
    try:
        images = np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False)
        return images, np.load(folder / "labels.npy", allow_pickle=False), np.load(folder / "index.npy")
    except (OSError, ValueError) as error:
        raise DataUnavailable(f"the prepared images in {folder} cannot be read ({error}); remove that folder") from None
