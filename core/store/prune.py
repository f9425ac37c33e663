"""What a store takes up, and which of its models no run needs any more."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from filelock import Timeout

from core.errors import UnlearnError
from core.specs import ModelSpec
from core.specs.base import digest
from core.store.files import read_json
from core.store.runs import RunFolder
from core.store.store import Store

KEY = re.compile(r"\b[0-9a-f]{20}\b")


@dataclass(frozen=True)
class Unused:
    """Models that no run needs, by key, and the bytes that their files take."""

    models: tuple[str, ...]
    size: int


def sizes(store: Store) -> dict[str, int]:
    """Bytes by what they hold: runs, models, data (images, and weights that were added), and other."""
    found = {name: _size(_files(store.root / name)) for name in ("runs", "models", "data")}
    return found | {"other": _size(_files(store.root)) - sum(found.values())}


def unused(store: Store) -> Unused:
    """What ``prune`` would remove.

    A finished run needs the models that its result names. A run that is not finished, or that has shadow models, which
    its result does not name, keeps every model of its data, architecture and recipe: it may want any of them yet.
    """
    named: set[str] = set()
    recipes: set[str] = set()
    for path in (store.root / "runs").glob("[!.]*/spec.json"):  # a dot: on its way out
        run = RunFolder(store.root, path.parent.name)
        if run.done:
            named |= set(KEY.findall(json.dumps(run.result)))
        if not run.done or run.spec.measure.shadows:
            recipes.add(_recipe(run.spec.model))
    free = {key: paths for key, paths in _models(store).items() if key not in named and not _kept(store, key, recipes)}
    return Unused(tuple(sorted(free)), _size(path for paths in free.values() for path in paths))


def prune(store: Store) -> Unused:
    """Removes the models that no run needs, and returns what was removed.

    Meanwhile no run is queued and none begins; a model that a process works on stays.
    """
    if not (store.root / "models").exists():
        return Unused((), 0)
    removed, size = [], 0
    with store.index.still():
        for key in unused(store).models:
            try:
                with store.models.lock(key).acquire(blocking=False):
                    paths = _models(store)[key]
                    size += _size(paths)
                    for path in paths:  # the record first: without it the model is not there
                        path.unlink(missing_ok=True)
            except Timeout:
                continue
            removed.append(key)
    return Unused(tuple(removed), size)


def _models(store: Store) -> dict[str, list[Path]]:
    """Every file of every model by key, its record first; also of those that are not trained to the end."""
    found: dict[str, list[Path]] = {}
    for path in sorted((store.root / "models").glob("*"), key=lambda path: path.suffix != ".json"):
        key = path.name.partition(".")[0]
        if KEY.fullmatch(key) and path.suffix != ".lock":
            found.setdefault(key, []).append(path)
    return found


def _kept(store: Store, key: str, recipes: set[str]) -> bool:
    """Whether a model may be wanted by one of these recipes. One without a readable record may be of any of them."""
    try:
        return _recipe(ModelSpec.parse(read_json(store.root / "models" / f"{key}.json")["spec"])) in recipes
    except (UnlearnError, KeyError):
        return bool(recipes)


def _recipe(model: ModelSpec) -> str:
    """What all models of a run share: the original, its first weights (no epochs), golds and shadow models."""
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
            continue  # a file of a run that goes on
    return total
