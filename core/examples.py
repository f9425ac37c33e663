"""What is shipped: finished runs of examples, lessons and papers, and models; and a check of a new build."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from typing import Any

from core.datasets import is_available
from core.lessons import lessons, paper_figures
from core.planning.plan import plan
from core.specs import RunSpec, make_spec
from core.store import GALLERY, ModelFolder, RunFolder, Store

EXAMPLES = GALLERY / "examples.json"
MISSING = "the images of {} are not on this machine"
WHOLE_CLASSES = tuple(make_spec(forget=f"class={number}", method="none") for number in range(10))
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


def shipped_specs() -> dict[RunSpec, str]:
    """Every shipped run with its title: examples, lessons, and figures of the papers."""
    found = {example.spec: example.title for example in examples()}
    figures = [figure for paper in paper_figures().values() for figure in paper]
    for exhibit in (*lessons(), *figures):
        for spec in exhibit.specs:
            found.setdefault(spec, exhibit.title)
    return found


def build() -> int:
    """Runs all examples and lessons and replaces the shipped runs; returns an exit status.

    Also ships the models of every whole class of the default data set, so that forgetting one trains nothing. Models
    that are shipped already are kept, because their key determines their weights; to train them anew, delete
    ``assets/gallery/models``. New ones are written there at once, so that an interrupted build continues. A run whose
    images are not on this machine stays as it is shipped.
    """
    models = ModelFolder(GALLERY / "models")
    specs = shipped_specs()
    lacking = {spec: f"Models for {spec.forget.text}" for spec in WHOLE_CLASSES if not _are_trained(spec, models)}
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(scratch, shipped=False)
        store.models = models
        for spec, title in (lacking | specs).items():
            if is_available(spec.model.data):
                _run(store, title, spec)
            else:
                print(f"{title}: {_keep(store, spec)}; {MISSING.format(spec.model.data.name)}")
        shutil.rmtree(GALLERY / "runs", ignore_errors=True)
        for spec in specs:
            if (folder := store.root / "runs" / spec.id).is_dir():
                shutil.copytree(folder, GALLERY / "runs" / spec.id, ignore=shutil.ignore_patterns("log.txt"))
    needed = {key for spec in specs if (run := shipped(spec)) for key in run.result["models"].values()}
    needed |= {model.key for spec in WHOLE_CLASSES for model in plan(spec).models.values()}
    for path in models.folder.iterdir():
        if path.stem not in needed or path.suffix == ".lock":
            path.unlink()
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


def _are_trained(spec: RunSpec, models: ModelFolder) -> bool:
    return all(model.key in models for model in plan(spec).models.values())


def _run(store: Store, title: str, spec: RunSpec) -> RunFolder:
    from core.jobs.worker import attempt

    run = store.submit(spec)
    state = attempt(store, run)
    if state != "done":
        raise RuntimeError(f"{title}: {state}: {store.row(run).error}\n{store.run(run).log()}")
    print(f"{title}: {run}", flush=True)
    return store.run(run)


def _keep(store: Store, spec: RunSpec) -> str:
    """Copies a shipped run into a store; returns a message."""
    run = shipped(spec)
    if run is None:
        return "not built"
    shutil.copytree(run.folder, store.root / "runs" / run.run)
    return "kept as shipped"


def _verified(store: Store, example: Example) -> int:
    if is_available(example.spec.model.data):
        return _compare(example, _run(store, example.title, example.spec))
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
