"""What earlier runs took: the source of every estimate."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UnlearnError
from core.store.files import read_json

MAX_RECORDS = 200  # records and results that are looked at, the newest of each folder


@dataclass(frozen=True)
class Past:
    """Records of models and results of runs, those of this machine's store before others."""

    records: tuple[Mapping[str, Any], ...] = ()
    results: tuple[Mapping[str, Any], ...] = ()


def look_back(*roots: Path) -> Past:
    """The past of stores, in order: the user's own before the gallery, which another machine has built.

    A shipped model's copy in the user's own store says nothing of this machine.
    """
    records = [record for root in roots for record in _newest(root / "models", "*.json") if "shipped" not in record]
    results = [result for root in roots for result in _newest(root / "runs", "*/result.json")]
    return Past(tuple(records), tuple(results))


def _newest(folder: Path, pattern: str) -> list[Mapping[str, Any]]:
    found = []
    for path in sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)[:MAX_RECORDS]:
        try:
            found.append(read_json(path))
        except UnlearnError:
            continue  # deleted or damaged meanwhile: an estimate can do without it
    return found
