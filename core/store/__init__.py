"""Runs and models on disk. Nothing here imports torch or streamlit."""

from core.paths import default_store
from core.store.files import write_bytes, write_json, write_table, write_weights
from core.store.index import ENDED, Index, RunRow
from core.store.models import ModelFolder, SavedModel
from core.store.prune import Unused, prune, sizes, unused
from core.store.runs import RunFolder
from core.store.store import GALLERY, Store, open_finished, open_run

__all__ = [
    "ENDED",
    "GALLERY",
    "Index",
    "ModelFolder",
    "RunFolder",
    "RunRow",
    "SavedModel",
    "Store",
    "Unused",
    "default_store",
    "open_finished",
    "open_run",
    "prune",
    "sizes",
    "unused",
    "write_bytes",
    "write_json",
    "write_table",
    "write_weights",
]
