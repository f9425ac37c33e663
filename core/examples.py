"""The shipped examples: requests, their finished runs, and a check that a new build gives the same results."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from typing import Any

from core.datasets import is_available
from core.specs import RunSpec, make_spec
from core.store import GALLERY, RunFolder, Store

EXAMPLES = GALLERY / "examples.json"
MISSING = "the images of {} are not on this machine"
TOLERANCE = 0.05  # of an accuracy: processors round differently, and training amplifies that


@dataclass(frozen=True)
class Example:
    """A request with the lesson that it teaches."""

    title: str
    lesson: str
    spec: RunSpec


def examples() -> tuple[Example, ...]:
    """The shipped examples, in display order."""
    return tuple(
        Example(entry["title"], entry["lesson"], make_spec(**_tuples(entry["words"])))
        for entry in json.loads(EXAMPLES.read_text())
    )


def shipped(spec: RunSpec) -> RunFolder | None:
    """The finished run of an example; None if the gallery has not been built."""
    folder = GALLERY / "runs" / spec.id
    return RunFolder(GALLERY, spec.id) if (folder / "result.json").is_file() else None


def build() -> int:
    """Runs all examples and replaces the shipped results; returns an exit status.

    An example whose images are not on this machine keeps its shipped result.
    """
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(scratch, shipped=False)
        for example in examples():
            if is_available(example.spec.model.data):
                _run(store, example)
            else:
                print(f"{example.title}: {_keep(store, example)}; {MISSING.format(example.spec.model.data.name)}")
        for part in ("runs", "models"):
            shutil.rmtree(GALLERY / part, ignore_errors=True)
            shutil.copytree(store.root / part, GALLERY / part, ignore=shutil.ignore_patterns("*.lock", "log.txt"))
    return 0


def verify(count: int | None = None) -> int:
    """Reruns the first ``count`` examples (default: all) and compares; returns 1 if one does not match."""
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(scratch, shipped=False)
        return max(_verified(store, example) for example in examples()[:count])


def differences(shipped: dict[str, Any], rebuilt: dict[str, Any]) -> dict[str, float]:
    """role.metric -> absolute difference in accuracy between two results of the same spec."""
    return {
        f"{role}.{name}": abs(value - rebuilt["accuracy"][role][name])
        for role, values in shipped["accuracy"].items()
        for name, value in values.items()
        if value is not None
    }


def _run(store: Store, example: Example) -> RunFolder:
    from core.jobs.worker import attempt

    run = store.submit(example.spec)
    state = attempt(store, run)
    if state != "done":
        raise RuntimeError(f"{example.title}: {state}: {store.row(run).error}\n{store.run(run).log()}")
    print(f"{example.title}: {run}", flush=True)
    return store.run(run)


def _keep(store: Store, example: Example) -> str:
    """Copies the shipped run of an example and its models into a store; returns a message."""
    run = shipped(example.spec)
    if run is None:
        return "not built"
    shutil.copytree(run.folder, store.root / "runs" / run.run)
    (store.root / "models").mkdir(exist_ok=True)
    for key in run.result["models"].values():
        for path in run.models.folder.glob(f"{key}.*"):
            shutil.copy(path, store.root / "models" / path.name)
    return "kept as shipped"


def _verified(store: Store, example: Example) -> int:
    if is_available(example.spec.model.data):
        return _compare(example, _run(store, example))
    print(f"{example.title}: not checked; {MISSING.format(example.spec.model.data.name)}")
    return 0


def _compare(example: Example, rebuilt: RunFolder) -> int:
    old = shipped(example.spec)
    if old is None:
        print(f"{example.title}: not shipped; run python -m core gallery build")
        return 1
    name, worst = max(differences(old.result, rebuilt.result).items(), key=lambda item: item[1])
    print(f"{example.title}: largest difference {worst:.4f} ({name})")
    same_forget = old.result["forget"] == rebuilt.result["forget"]
    return 0 if worst <= TOLERANCE and same_forget else 1


def _tuples(words: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in words.items()}
