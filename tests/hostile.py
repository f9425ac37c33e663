"""A store whose data set, classes, run names, notes and messages are hostile: each would be alive if it got through."""

import shutil

import numpy as np

from core import ForgetRequest, RunSpec, Store, load_dataset
from core.datasets import add_images
from core.examples import examples, shipped
from core.specs import DataSpec, spec_json
from core.store import RunFolder, write_bytes, write_json

KINDS = ("![x](//evil.example/p.png)", "</script><b onclick>evil</b> $x^2$", "[go](//evil.example) www.evil.example")
CLASSES = tuple(f"{KINDS[n % 3]} {n}" for n in range(10))
TITLE = "![t](//evil.example/t.png) :smile:"
NOTE = "www.evil.example [n](//evil.example)"


def example() -> RunFolder:
    """The shipped run that every page can show."""
    return next(run for e in examples() if e.spec.method.name == "tmu" and (run := shipped(e.spec)))


def fill(store: Store) -> RunSpec:
    """A finished run of TMU and a failed run on hostile data; returns the finished one's spec.

    They are a shipped example whose data set has got another name. The images go into the default store's data folder,
    which has to be ``store``'s.
    """
    source = example()
    known = load_dataset(source.spec.model.data)
    training = [split for split in (known.train, known.pool) if split is not None]
    store.root.mkdir(parents=True, exist_ok=True)
    np.savez(
        store.root / "own.npz", class_names=np.array(CLASSES[: len(known.classes)]),
        x_train=np.concatenate([split.images for split in training]).squeeze(1),
        y_train=np.concatenate([split.labels for split in training]),
        x_test=known.test.images.squeeze(1), y_test=known.test.labels,
    )  # fmt: skip
    model = source.spec.model.replace(data=DataSpec(name=add_images(f"npz:{store.root / 'own.npz'}", title=TITLE)))
    spec = source.spec.replace(model=model, forget=ForgetRequest(text=f"class={CLASSES[1]}:30%"))
    folder = store.root / "runs" / spec.id
    shutil.copytree(source.folder, folder)
    for key in source.result["models"].values():
        for path in source.models.folder.glob(f"{key}.*"):
            write_bytes(store.root / "models" / path.name, path.read_bytes())
    said = {"notes": [*source.result["notes"], NOTE], "stop_reason": NOTE}
    write_json(folder / "result.json", source.result | said | {"run": spec.id, "spec": spec.model_dump(mode="json")})
    write_bytes(folder / "spec.json", spec_json(spec).encode())
    store.index.queue(spec.id, spec_json(spec))
    store.index.end(spec.id, "done", only_from=("queued",))
    store.index.mark(spec.id, name=NOTE, note=NOTE, starred=True)
    failed = store.submit(spec.replace(unlearn_seed=1))
    store.index.end(failed, "failed", f"{CLASSES[0]} {NOTE}", only_from=("queued",))
    return spec
