"""Folders of the project, the store and the data. Keys never depend on them."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def default_store() -> Path:
    """``$UNLEARN_STORE``, else ``.store/`` beside app.py."""
    return Path(os.environ.get("UNLEARN_STORE") or PROJECT / ".store")


def data_root() -> Path:
    """Folder of data sets: ``$UNLEARN_DATA``, else ``data/`` in the default store."""
    return Path(os.environ.get("UNLEARN_DATA") or default_store() / "data")


def prepared_folder(name: str, root: Path | None = None) -> Path:
    """Folder of the prepared arrays of a data set."""
    return (root or data_root()) / "prepared" / name.replace(":", "-")
