"""Questions about single images and their answers: one folder per question, one file per part of the answer.

``asked/<key>.json`` exists while a question is open. ``<key>/<part>.parquet|.safetensors`` hold the finished parts of
the answer, ``<key>/error.json`` an error. ``own/`` holds the user's own images.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from core.datasets.own.picture import picture_bytes, picture_name, read_picture
from core.errors import NotFound, StoreError
from core.specs.base import short
from core.specs.inspection import InspectSpec
from core.store.files import (
    may_be_a_name,
    read_json,
    read_table,
    read_weights,
    remove_file,
    remove_folder,
    write_bytes,
    write_json,
    write_table,
    write_weights,
)

MAPS = ("smoothgrad", "integrated_gradients", "grad_cam")
PARTS = ("answers", *MAPS)  # in the order of computation
MAX_KEPT = 1000  # answers, and as many user images; older ones are deleted


class Inspections:
    """Questions and answers in one folder, which is created with the first question."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ask(self, spec: InspectSpec) -> None:
        """Asks a question, first in the queue; an earlier error is deleted."""
        remove_file(self.folder / spec.key / "error.json")
        write_json(self._asked(spec), spec.model_dump(mode="json"))

    def newest(self) -> InspectSpec | None:
        """The newest open question."""
        for path in sorted((self.folder / "asked").glob("[!.]*.json"), key=_age):
            try:
                return InspectSpec.parse(read_json(path))
            except (StoreError, ValueError):
                remove_file(path)  # damaged, or answered at this moment
        return None

    def is_open(self, spec: InspectSpec) -> bool:
        """Whether the question still waits for an answer."""
        return self._asked(spec).is_file()

    def close(self, spec: InspectSpec) -> None:
        """Marks the question as answered; deletes the oldest answers."""
        remove_file(self._asked(spec))
        answered = [path for path in self.folder.glob("*") if path.is_dir() and path.name not in ("asked", "own")]
        for path in sorted(answered, key=_age)[MAX_KEPT:]:
            remove_folder(path)

    def fail(self, spec: InspectSpec, sentence: str) -> None:
        """Marks the question as failed, with the reason."""
        write_json(self.folder / spec.key / "error.json", {"error": sentence})
        remove_file(self._asked(spec))

    def error(self, spec: InspectSpec) -> str | None:
        """The reason why the question failed; None if it did not."""
        path = self.folder / spec.key / "error.json"
        return read_json(path)["error"] if path.is_file() else None

    def known(self, spec: InspectSpec) -> tuple[str, ...]:
        """The finished parts of the answer."""
        return tuple(part for part in PARTS if self._part(spec, part).is_file())

    def put_answers(self, spec: InspectSpec, frame: pd.DataFrame) -> None:
        write_table(self._part(spec, "answers"), frame)

    def answers(self, spec: InspectSpec) -> pd.DataFrame:
        """The table of ``core.inspection.answers``."""
        return read_table(self._part(spec, "answers"))

    def put_maps(self, spec: InspectSpec, kind: str, maps: dict[str, np.ndarray]) -> None:
        write_weights(self._part(spec, kind), maps)

    def maps(self, spec: InspectSpec, kind: str) -> dict[str, np.ndarray]:
        """The maps of ``core.inspection.maps`` of one kind; empty if there are none for these models."""
        return read_weights(self._part(spec, kind))

    def keep_picture(self, pixels: np.ndarray) -> str:
        """Saves a user's image uint8 (C, H, W) and returns its name; deletes the oldest images."""
        name, folder = picture_name(pixels), self.folder / "own"
        write_bytes(folder / f"{name}.png", picture_bytes(pixels))
        for path in sorted(folder.glob("[!.]*.png"), key=_age)[MAX_KEPT:]:
            remove_file(path)
        return name

    def picture(self, name: str) -> np.ndarray:
        """
        Raises:
            NotFound: no such picture.
        """
        path = self.folder / "own" / f"{name}.png"
        if not may_be_a_name(name.replace("-", "")) or not path.is_file():  # the name may come from a URL
            raise NotFound(f"picture {short(name)!r} is not in this store; draw or upload it again")
        return read_picture(path.read_bytes())

    def _asked(self, spec: InspectSpec) -> Path:
        return self.folder / "asked" / f"{spec.key}.json"

    def _part(self, spec: InspectSpec, part: str) -> Path:
        return self.folder / spec.key / f"{part}.{'parquet' if part == 'answers' else 'safetensors'}"


def _age(path: Path) -> float:
    """Sort key, newest first; a deleted file comes last."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0
