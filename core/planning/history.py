"""Times of earlier runs, for estimates."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UnlearnError
from core.store.files import read_json

MAX_RECORDS = 200  # newest records and results to read per folder


NEEDED = {"spec", "seconds", "device"}  # of a result


@dataclass(frozen=True)
class Past:
    """Records of models and results of runs, this machine's own first."""

    records: tuple[Mapping[str, Any], ...] = ()
    results: tuple[Mapping[str, Any], ...] = ()


def look_back(*roots: Path) -> Past:
    """Reads the records of stores, in order: the user's own before the gallery, which another machine built.

    Copies of shipped models are skipped: their times are another machine's.
    """
    records = [record for root in roots for record in _newest(root / "models", "*.json") if "shipped" not in record]
    results = [result for root in roots for result in _newest(root / "runs", "*/result.json")]
    return Past(tuple(records), tuple(result for result in results if result.keys() >= NEEDED))


def _newest(folder: Path, pattern: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for path in sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)[:MAX_RECORDS]:
        try:
            if isinstance(record := read_json(path), dict):
                found.append(record)
        except UnlearnError:
            continue  # deleted or damaged: the estimate works without it
    return found
