"""Where things lie on this machine. No key depends on any of it."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def default_store() -> Path:
    """``$UNLEARN_STORE``, else ``.store/`` beside app.py."""
    return Path(os.environ.get("UNLEARN_STORE") or PROJECT / ".store")


def data_root() -> Path:
    """Images that were downloaded or added: ``$UNLEARN_DATA``, else ``data/`` in the default store."""
    return Path(os.environ.get("UNLEARN_DATA") or default_store() / "data")


def prepared_folder(name: str, root: Path | None = None) -> Path:
    """Where the arrays of a data set lie once it is prepared."""
    return (root or data_root()) / "prepared" / name.replace(":", "-")
