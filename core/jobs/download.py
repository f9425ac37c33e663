"""Downloads data sets in a subprocess, one per data set, and reports progress in a file.

``python -m core.jobs.download NAME [--replace]`` writes its progress beside the data; the page reads it. The subprocess
outlives the server.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import Timeout

from core.access import check_writable, is_read_only
from core.datasets import Progress, prepare
from core.datasets.prepare import preparing_lock
from core.errors import DamagedData, UnlearnError
from core.paths import PROJECT, data_root
from core.store import write_json
from core.store.files import read_json

EVERY = 0.2  # seconds between two writes of the progress
BEGIN = "Contacting the server"

_launched: dict[str, "subprocess.Popen[bytes]"] = {}  # downloads that this process has started, by data set


def start_download(name: str, replace: bool = False) -> None:
    """Starts the download of a data set unless it is running already.

    Args:
        replace: download damaged files again.
    """
    check_writable()
    if is_downloading(name):
        return
    _launched[name] = subprocess.Popen(
        [sys.executable, "-m", "core.jobs.download", name, *(["--replace"] if replace else [])],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=PROJECT,
        env=os.environ | {"UNLEARN_DATA": str(data_root().resolve())}, start_new_session=True,
    )  # fmt: skip
    _tell(name, Progress(BEGIN, 0, 1), _launched[name].pid)


def is_downloading(name: str) -> bool:
    """Whether a running process downloads or prepares the data set."""
    if name in _launched and _launched[name].poll() is None:
        return True
    if is_read_only() or not data_root().is_dir():
        return False
    try:
        with preparing_lock(name, data_root()).acquire(blocking=False):
            return False
    except Timeout:
        return True


def download_state(name: str) -> dict[str, Any] | None:
    """State of the last download: name, done and total of its phase, pid; ``error`` and ``damaged`` if it failed.

    None if there is none.
    """
    path = _path(name)
    return read_json(path) if path.is_file() else None


def cancel_download(name: str) -> None:
    """Ends the process. The data received so far is kept, and the next start resumes from there."""
    check_writable()
    state = download_state(name)
    if state is None or not is_downloading(name):
        return
    os.kill(state["pid"], signal.SIGKILL)
    if name in _launched:
        _launched[name].wait()
    _path(name).unlink(missing_ok=True)


def work(name: str, watch: Callable[[Progress], None] = lambda progress: None, replace: bool = False) -> None:
    """Downloads and prepares a data set in this process, and writes its progress for the page.

    Args:
        watch: called with every progress event.
        replace: download damaged files again.

    Raises:
        DataUnavailable: the files cannot be downloaded, or are damaged.
    """
    _tell(name, Progress(BEGIN, 0, 1), os.getpid())  # our pid, replacing that of a dead process, for cancel_download
    written = 0.0
    try:
        for progress in prepare(name, replace=replace):
            watch(progress)
            if time.monotonic() - written >= EVERY:
                _tell(name, progress, os.getpid())
                written = time.monotonic()
    except UnlearnError as error:
        message = str(error).replace(f"{data_root()}/", "").replace(str(data_root()), "the data folder")
        _tell(name, Progress("failed", 0, 1), os.getpid(), message, isinstance(error, DamagedData))
        raise
    else:
        _path(name).unlink(missing_ok=True)


def _tell(name: str, progress: Progress, pid: int, error: str | None = None, damaged: bool = False) -> None:
    write_json(_path(name), asdict(progress) | {"error": error, "damaged": damaged, "pid": pid})


def _path(name: str) -> Path:
    return data_root() / f".{name}.download.json"


if __name__ == "__main__":
    with suppress(UnlearnError):  # the error is in the progress file
        work(sys.argv[1], replace="--replace" in sys.argv)
