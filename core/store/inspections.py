"""What was asked about single images and what was found: one folder per question, one small file per part of it.

``asked/<key>.json`` is there while a question is open; ``<key>/<part>.parquet|.safetensors`` hold its answer as far as
it is known, ``<key>/error.json`` says why there is none. ``own/`` holds people's own pictures.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from core.datasets.picture import picture_bytes, picture_name, read_picture
from core.errors import NotFound, StoreError
from core.specs.inspection import InspectSpec
from core.store.files import (
    read_json,
    read_table,
    read_weights,
    remove_folder,
    write_bytes,
    write_json,
    write_table,
    write_weights,
)

MAPS = ("smoothgrad", "integrated_gradients", "grad_cam")
PARTS = ("answers", *MAPS)  # in the order in which they are found
KEPT = 1000  # answers, and as many pictures; older ones go


class Inspections:
    """Questions and answers below one folder, which appears with the first question."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ask(self, spec: InspectSpec) -> None:
        """Puts a question before all others, and forgets that it failed before."""
        (self.folder / spec.key / "error.json").unlink(missing_ok=True)
        write_json(self._asked(spec), spec.model_dump(mode="json"))

    def newest(self) -> InspectSpec | None:
        """The open question that was asked last."""
        for path in sorted((self.folder / "asked").glob("[!.]*.json"), key=_age):
            try:
                return InspectSpec.parse(read_json(path))
            except (StoreError, ValueError):
                path.unlink(missing_ok=True)  # no question, or answered in this moment
        return None

    def is_open(self, spec: InspectSpec) -> bool:
        """Whether the question still waits for an answer."""
        return self._asked(spec).is_file()

    def close(self, spec: InspectSpec) -> None:
        """The question is answered; of all answers the newest are kept."""
        self._asked(spec).unlink(missing_ok=True)
        answered = [path for path in self.folder.glob("*") if path.is_dir() and path.name not in ("asked", "own")]
        for path in sorted(answered, key=_age)[KEPT:]:
            remove_folder(path)

    def fail(self, spec: InspectSpec, sentence: str) -> None:
        """The question can't be answered, and why."""
        write_json(self.folder / spec.key / "error.json", {"error": sentence})
        self._asked(spec).unlink(missing_ok=True)

    def error(self, spec: InspectSpec) -> str | None:
        """Why the question could not be answered."""
        path = self.folder / spec.key / "error.json"
        return read_json(path)["error"] if path.is_file() else None

    def known(self, spec: InspectSpec) -> tuple[str, ...]:
        """The parts of the answer that are there."""
        return tuple(part for part in PARTS if self._part(spec, part).is_file())

    def put_answers(self, spec: InspectSpec, frame: pd.DataFrame) -> None:
        write_table(self._part(spec, "answers"), frame)

    def answers(self, spec: InspectSpec) -> pd.DataFrame:
        """``core.inspection.answers``."""
        return read_table(self._part(spec, "answers"))

    def put_maps(self, spec: InspectSpec, kind: str, maps: dict[str, np.ndarray]) -> None:
        write_weights(self._part(spec, kind), maps)

    def maps(self, spec: InspectSpec, kind: str) -> dict[str, np.ndarray]:
        """``core.inspection.maps`` of one kind; empty where the models have none."""
        return read_weights(self._part(spec, kind))

    def keep_picture(self, pixels: np.ndarray) -> str:
        """Keeps a person's own picture uint8 (C, H, W), and returns its name; of all pictures the newest are kept."""
        name, folder = picture_name(pixels), self.folder / "own"
        write_bytes(folder / f"{name}.png", picture_bytes(pixels))
        for path in sorted(folder.glob("[!.]*.png"), key=_age)[KEPT:]:
            path.unlink(missing_ok=True)
        return name

    def picture(self, name: str) -> np.ndarray:
        """
        Raises:
            NotFound: no such picture.
        """
        path = self.folder / "own" / f"{name}.png"
        if not name.replace("-", "").isalnum() or not path.is_file():  # the name may come from a URL
            raise NotFound(f"picture {name!r} is not in this store; draw or upload it again")
        return read_picture(path.read_bytes())

    def _asked(self, spec: InspectSpec) -> Path:
        return self.folder / "asked" / f"{spec.key}.json"

    def _part(self, spec: InspectSpec, part: str) -> Path:
        return self.folder / spec.key / f"{part}.{'parquet' if part == 'answers' else 'safetensors'}"


def _age(path: Path) -> float:
    """For sorting, the newest first; a file that has gone comes last."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0
