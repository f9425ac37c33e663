"""Imports an uploaded file in a subprocess and reports progress.

``python -m core.jobs.uploads TOKEN`` reads ``uploads/TOKEN/`` beside the data; file names in there are generated.
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

from core.access import check_writable
from core.datasets import add_images
from core.errors import DataUnavailable, NotFound, UnlearnError
from core.escaping import error_sentence
from core.limits import limit
from core.paths import PROJECT, data_root
from core.specs import ModelSpec, data_info
from core.store import write_json
from core.store.files import read_json

Kind = Literal["npz", "zip", "safetensors", "pth"]

EVERY = 0.2  # seconds between two writes of the progress
MAX_AGE = 24 * 3600.0  # seconds; older uploads are deleted

_launched: dict[str, "subprocess.Popen[bytes]"] = {}  # by token


def start_adding(
    file: IO[bytes],
    kind: Kind,
    title: str,
    model: ModelSpec | None = None,
    labels: tuple[str, ...] = (),
    normalise: str = "",
) -> str:
    """Saves a file, starts the subprocess that imports it, and returns the token for ``adding_state``.

    Args:
        title: name of the images or weights on screen.
        model, labels, normalise: for weights; see ``core.experiment.weights.add_weights``.
    """
    check_writable()
    _tidy()
    uploads = len(list((data_root() / "uploads").glob("*")))
    if uploads >= limit("UNLEARN_MAX_UPLOADS"):
        raise DataUnavailable(f"{uploads} uploads are kept already; wait a day, or raise UNLEARN_MAX_UPLOADS")
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
    """Progress as ``done`` and ``total``; at the end ``name`` and ``said`` (a message), or ``error``.

    Raises:
        NotFound: the upload was cancelled or has expired.
    """
    if not _folder(token).is_dir():
        raise NotFound("this upload was removed; choose the file again")
    ended = token in _launched and _launched[token].poll() is not None  # checked before reading the state
    state = read_json(_folder(token) / "state.json")
    if ended and not (state["name"] or state["error"]):
        state["error"] = "The process that checked the file has ended; it may have run out of memory."
    return state


def cancel_adding(token: str) -> None:
    """Ends the process and deletes the file; does nothing if it has ended already."""
    check_writable()
    process = _launched.pop(token, None)
    if process is not None and process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    shutil.rmtree(_folder(token), ignore_errors=True)


def work(token: str) -> None:
    """Checks and imports the file in this process, then deletes it."""
    wanted = read_json(_folder(token) / "wanted.json")
    path = _folder(token) / f"upload.{wanted['kind']}"
    try:
        name, message = (_add_weights if "model" in wanted else _add_images)(token, path, wanted)
    except (UnlearnError, MemoryError, OSError) as error:
        message = "not enough memory" if isinstance(error, MemoryError) else error_sentence(error)
        message = message.replace(str(path), f"{wanted['title']}{path.suffix}")
        _tell(token, done=0, total=1, error=message)
    else:
        _tell(token, done=1, total=1, name=name, said=message)
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
    sizes = f"Train: {train:,} images, pool: {pool:,}, test: {test:,}."
    return name, " ".join([data_info(name).about, sizes, *notes])


def _add_weights(token: str, path: Path, wanted: dict[str, Any]) -> tuple[str, str]:
    from core.experiment.weights import add_weights  # imports torch, which the page must not

    model = ModelSpec.parse(wanted["model"])
    info = add_weights(path, model, wanted["labels"], wanted["title"], wanted["normalise"])
    right = f"Weights accepted: {info.right:.1%} test accuracy ({info.looked_at:,} images)."
    return info.name, f"{right} Images are normalised by {info.normalisation}."


def _tell(token: str, *, done: int, total: int, name: str = "", said: str = "", error: str = "") -> None:
    write_json(
        _folder(token) / "state.json", {"done": done, "total": total, "name": name, "said": said, "error": error}
    )


def _folder(token: str) -> Path:
    return data_root() / "uploads" / token


def _tidy() -> None:
    for folder in (data_root() / "uploads").glob("*"):
        with suppress(OSError):  # another process may be using it
            if time.time() - folder.stat().st_mtime > MAX_AGE:
                shutil.rmtree(folder)


if __name__ == "__main__":
    work(sys.argv[1])
