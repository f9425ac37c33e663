"""Files that the page was given: checked and added by a process of its own, and what that says of itself.

``python -m core.jobs.uploads TOKEN`` works on ``uploads/TOKEN/`` beside the data; names in there are generated.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Literal
from uuid import uuid4

from core.datasets import add_images
from core.errors import DataUnavailable, NotFound, UnlearnError
from core.paths import PROJECT, data_root
from core.specs import ModelSpec, data_info
from core.store import write_json
from core.store.files import read_json

Kind = Literal["npz", "zip", "safetensors", "pth"]

EVERY = 0.2  # seconds between two writes of the progress
OLD = 24 * 3600.0  # seconds after which what nobody asks for any more is removed

_launched: dict[str, "subprocess.Popen[bytes]"] = {}  # by token


def start_adding(
    file: IO[bytes],
    kind: Kind,
    title: str,
    model: ModelSpec | None = None,
    labels: tuple[str, ...] = (),
    normalise: str = "",
) -> str:
    """Takes a file, starts the process that adds it, and returns the token under which it tells how far it is.

    Args:
        title: what the images or weights will be called on screen.
        model, labels, normalise: what weights are of; see ``core.experiment.weights.add_weights``.
    """
    _tidy()
    token = uuid4().hex
    folder = _folder(token)
    try:
        folder.mkdir(parents=True)
        with (folder / f"upload.{kind}").open("wb") as kept:
            shutil.copyfileobj(file, kept)
    except OSError as error:
        raise DataUnavailable(f"{folder} cannot be written: {error.strerror}") from error
    weights = (
        {} if model is None else {"model": model.model_dump(mode="json"), "labels": labels, "normalise": normalise}
    )
    write_json(folder / "wanted.json", {"kind": kind, "title": title} | weights)
    _tell(token, done=0, total=1)
    _launched[token] = subprocess.Popen(
        [sys.executable, "-m", "core.jobs.uploads", token],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=PROJECT,
        env=os.environ | {"UNLEARN_DATA": str(data_root().resolve())}, start_new_session=True,
    )  # fmt: skip
    return token


def adding_state(token: str) -> dict[str, Any]:
    """done and total; in the end ``name`` and ``said`` of what was added, or the ``error``.

    Raises:
        NotFound: it was stopped, or removed because nobody asked for it any more.
    """
    if not _folder(token).is_dir():
        raise NotFound("this file was removed again; choose it once more")
    ended = token in _launched and _launched[token].poll() is not None  # before the look at what it has told
    told = read_json(_folder(token) / "state.json")
    if ended and not (told["name"] or told["error"]):
        told["error"] = "The process that checked the file has ended; it may have run out of memory."
    return told


def cancel_adding(token: str) -> None:
    """Ends the process and removes the file; what has been stopped already stays so."""
    process = _launched.pop(token, None)
    if process is not None and process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    shutil.rmtree(_folder(token), ignore_errors=True)


def work(token: str) -> None:
    """Checks and adds the file in this process, and removes it."""
    wanted = read_json(_folder(token) / "wanted.json")
    path = _folder(token) / f"upload.{wanted['kind']}"
    try:
        name, said = (_add_weights if "model" in wanted else _add_images)(token, path, wanted)
    except (UnlearnError, MemoryError) as error:
        said = (str(error) or "not enough memory").replace(str(path), f"{wanted['title']}{path.suffix}")
        _tell(token, done=0, total=1, error=said)
    else:
        _tell(token, done=1, total=1, name=name, said=said)
    finally:
        path.unlink()


def _add_images(token: str, path: Path, wanted: dict[str, Any]) -> tuple[str, str]:
    written = 0.0

    def report(done: int, total: int) -> None:
        nonlocal written
        if time.monotonic() - written >= EVERY:
            _tell(token, done=done, total=total)
            written = time.monotonic()

    notes: list[str] = []
    name = add_images(f"{wanted['kind']}:{path}", report, wanted["title"], notes.append)
    train, pool, test = data_info(name).sizes
    sizes = f"{train:,} to train on, {pool:,} held back, {test:,} to test with."
    return name, " ".join([data_info(name).about, sizes, *notes])


def _add_weights(token: str, path: Path, wanted: dict[str, Any]) -> tuple[str, str]:
    from core.experiment.weights import add_weights  # brings in torch, which the page must not

    model = ModelSpec.parse(wanted["model"])
    info = add_weights(path, model, wanted["labels"], wanted["title"], wanted["normalise"])
    right = f"They fit, and classify {info.right:.1%} of {info.looked_at:,} test images right."
    return info.name, f"{right} Images are normalised by {info.normalisation}."


def _tell(token: str, *, done: int, total: int, name: str = "", said: str = "", error: str = "") -> None:
    write_json(
        _folder(token) / "state.json", {"done": done, "total": total, "name": name, "said": said, "error": error}
    )


def _folder(token: str) -> Path:
    return data_root() / "uploads" / token


def _tidy() -> None:
    for folder in (data_root() / "uploads").glob("*"):
        with suppress(OSError):  # another process may be at it
            if time.time() - folder.stat().st_mtime > OLD:
                shutil.rmtree(folder)


if __name__ == "__main__":
    work(sys.argv[1])
