"""The files of one run, and its tables joined with those of its models."""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.errors import NotFound, StoreError
from core.results import REQUIRED, Result
from core.specs import RunSpec, choices, parse_spec, short
from core.store.files import may_be_a_name, read_json, read_table, read_weights
from core.store.models import ModelFolder


class RunFolder:
    """The folder ``<root>/runs/<run>/``, read-only; the same layout in a store and in the shipped gallery."""

    def __init__(self, root: Path, run: str) -> None:
        self.root, self.run = root, run
        self.folder = root / "runs" / run
        self.models = ModelFolder(root / "models")
        if not may_be_a_name(run) or not (self.folder / "spec.json").is_file():  # the id may come from a URL
            raise NotFound(f"run {short(run)!r} is not in {root}")

    @cached_property
    def spec(self) -> RunSpec:
        return parse_spec(read_json(self.folder / "spec.json"))

    @cached_property
    def result(self) -> Result:
        """The object that ``run --json`` prints.

        Raises:
            StoreError: the run is not done.
        """
        if not self.done:
            raise StoreError(f"run {self.run} has no result: it is not done")
        found = read_json(self.folder / "result.json")
        missing = [key for key in REQUIRED if key not in found] if isinstance(found, dict) else REQUIRED
        if missing:
            raise StoreError(f"the result of run {self.run} is damaged: it has no {choices(missing)}")
        return Result(found)

    @property
    def done(self) -> bool:
        return (self.folder / "result.json").is_file()

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the run's own tables: samples, trajectory, and those of the method."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.parquet")))

    def table(self, name: str) -> pd.DataFrame:
        """One of the run's own tables.

        Raises:
            StoreError: there is no such table.
        """
        return read_table(self.folder / f"{name}.parquet")

    def weights(self) -> dict[str, np.ndarray]:
        """The unlearned model's weights."""
        return read_weights(self.folder / "unlearned.safetensors")

    def samples(self) -> pd.DataFrame:
        """One row per role and image: the tables of all models of the run."""
        own = self.table("samples")
        split = own.set_index("index")["split"]
        others = [
            (table := self.models.table(key)).assign(role=role, split=table["index"].map(split))
            for role, key in self.result["models"].items()
        ]
        joined = pd.concat([*others, own], ignore_index=True)
        return joined[["role", *(name for name in joined if name != "role")]]

    def progress(self) -> dict[str, Any]:
        """Phases, steps and accuracies by role so far, as last written by the worker; empty at first."""
        path = self.folder / "progress.json"
        return read_json(path) if path.is_file() else {"phases": [], "steps": [], "accuracy": {}}

    def log(self) -> str:
        """The output of the worker, with the traceback of a failure."""
        path = self.folder / "log.txt"
        return path.read_text(errors="replace") if path.is_file() else ""

    def files(self) -> dict[str, bytes]:
        """All files of the run by name; samples.parquet has the rows of all models."""
        own = {path.name: path.read_bytes() for path in sorted(self.folder.iterdir()) if _is_kept(path)}
        return own | ({"samples.parquet": self.samples().to_parquet(index=False)} if self.done else {})


def _is_kept(path: Path) -> bool:
    return path.suffix in (".json", ".parquet", ".safetensors", ".txt") and path.name != "progress.json"
