"""Disk usage of a store, and deletion of models that no run needs."""

import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from filelock import Timeout

from core.errors import StoreError, UnlearnError
from core.specs import ModelSpec
from core.specs.base import digest
from core.store.files import GONE, PART, read_json, remove_file
from core.store.runs import RunFolder
from core.store.store import Store

STALE = 3600.0  # seconds; no file takes so long to write
KEY = re.compile(r"\b[0-9a-f]{20}\b")


@dataclass(frozen=True)
class Unused:
    """What can be deleted.

    Attributes:
        models: keys of models that no run needs.
        size: of everything in bytes.
        leftovers: files of processes that were killed while they wrote or deleted them.
    """

    models: tuple[str, ...]
    size: int
    leftovers: tuple[Path, ...] = ()


def sizes(store: Store) -> dict[str, int]:
    """Bytes by category: runs, models, data (images and imported weights), other."""
    found = {name: _size(_files(store.root / name)) for name in ("runs", "models", "data")}
    return found | {"other": _size(_files(store.root)) - sum(found.values())}


def unused(store: Store) -> Unused:
    """The models that ``prune`` would delete.

    A finished run needs the models in its result. An unfinished run may need any model of its data, architecture and
    recipe, so these are kept; likewise for a run with shadow models, which its result does not list.
    """
    leftovers = _leftovers(store)
    named: set[str] = set()
    recipes: set[str] = set()
    for path in (store.root / "runs").glob("[!.]*/spec.json"):  # a leading dot: being deleted
        run = RunFolder(store.root, path.parent.name)
        try:
            known = _named(run)
            named |= known
            if not known or run.spec.measure.shadows:
                recipes.add(_recipe(run.spec.model))
        except UnlearnError:  # a damaged spec: it may need any model
            return Unused((), _size(leftovers), leftovers)
    free = {key: paths for key, paths in _models(store).items() if key not in named and not _kept(store, key, recipes)}
    paths = [*leftovers, *(path for paths in free.values() for path in paths)]
    return Unused(tuple(sorted(free)), _size(paths), leftovers)


def prune(store: Store) -> Unused:
    """Deletes the models that no run needs, and what killed processes have left; returns what was deleted.

    During this no run is queued or started; a model that a process works on is kept.
    """
    if not (store.root / "models").exists():
        return Unused((), 0)
    removed: list[str] = []
    with store.index.still():
        free = unused(store)
        size = _size(free.leftovers)
        for path in free.leftovers:
            remove_file(path)
        for key in free.models:
            try:
                with store.models.lock(key).acquire(blocking=False):
                    paths = _models(store)[key]
                    size += _size(paths)
                    for path in paths:  # the record first: without it the model does not exist
                        remove_file(path)
            except Timeout:
                continue
            removed.append(key)
    return Unused(tuple(removed), size, free.leftovers)


def _named(run: RunFolder) -> set[str]:
    """Keys of models in a run's result; none while it has no result, or a damaged one."""
    try:
        return set(KEY.findall(json.dumps(run.result))) if run.done else set()
    except StoreError:
        return set()


def _leftovers(store: Store) -> tuple[Path, ...]:
    """Files that were being written, or were in a folder that was being deleted, more than ``STALE`` seconds ago."""
    begun = (path for path in _files(store.root) if PART in path.suffix or any(GONE in part for part in path.parts))
    return tuple(path for path in begun if _age(path) > STALE)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _models(store: Store) -> dict[str, list[Path]]:
    """Key -> all files of the model, its record first; includes unfinished trainings."""
    found: dict[str, list[Path]] = {}
    for path in sorted((store.root / "models").glob("*"), key=lambda path: path.suffix != ".json"):
        key = path.name.partition(".")[0]
        if KEY.fullmatch(key) and path.suffix != ".lock":
            found.setdefault(key, []).append(path)
    return found


def _kept(store: Store, key: str, recipes: set[str]) -> bool:
    """Whether a model may belong to one of these recipes; without a readable record it may belong to any."""
    try:
        return _recipe(ModelSpec.parse(read_json(store.root / "models" / f"{key}.json")["spec"])) in recipes
    except (UnlearnError, KeyError):
        return bool(recipes)


def _recipe(model: ModelSpec) -> str:
    """Hash of what all models of a run share: data, architecture, width and recipe without its epochs."""
    shared = model.replace(train=model.train.replace(epochs=0))
    return digest(shared.model_dump(mode="json", include={"data", "arch", "width", "train"}))


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _size(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue  # a file of an active run
    return total
