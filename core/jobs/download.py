"""Downloads for the page: a process of its own per data set, which outlives the server, and what it says of itself.

``python -m core.jobs.download NAME [--replace]`` writes its progress beside the data; the page reads it.
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

from core.datasets import Progress, prepare
from core.datasets.prepare import preparing_lock
from core.errors import DamagedData, UnlearnError
from core.paths import PROJECT, data_root
from core.store import write_json
from core.store.files import read_json

EVERY = 0.2  # seconds between two writes of the progress
BEGIN = "Asking the server"

_launched: dict[str, "subprocess.Popen[bytes]"] = {}  # downloads that this process has started, by data set


def start_download(name: str, replace: bool = False) -> None:
    """Starts the download of a data set unless it is going on.

    Args:
        replace: damaged files that are there give way to new ones.
    """
    if is_downloading(name):
        return
    _launched[name] = subprocess.Popen(
        [sys.executable, "-m", "core.jobs.download", name, *(["--replace"] if replace else [])],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=PROJECT,
        env=os.environ | {"UNLEARN_DATA": str(data_root().resolve())}, start_new_session=True,
    )  # fmt: skip
    _tell(name, Progress(BEGIN, 0, 1), _launched[name].pid)


def is_downloading(name: str) -> bool:
    """Whether a living process downloads or prepares the data set."""
    if name in _launched and _launched[name].poll() is None:
        return True
    if not data_root().is_dir():
        return False
    try:
        with preparing_lock(name, data_root()).acquire(blocking=False):
            return False
    except Timeout:
        return True


def download_state(name: str) -> dict[str, Any] | None:
    """What the last download said: name, done and total of its phase, its pid; where it failed the error, and whether
    that is because files are damaged."""
    path = _path(name)
    return read_json(path) if path.is_file() else None


def cancel_download(name: str) -> None:
    """Ends the process; what has arrived is kept and taken up by the next start."""
    told = download_state(name)
    if told is None or not is_downloading(name):
        return
    os.kill(told["pid"], signal.SIGKILL)
    if name in _launched:
        _launched[name].wait()
    _path(name).unlink(missing_ok=True)


def work(name: str, watch: Callable[[Progress], None] = lambda progress: None, replace: bool = False) -> None:
    """Downloads and prepares a data set in this process, and tells the page.

    Args:
        watch: called with all progress.
        replace: damaged files that are there give way to new ones.

    Raises:
        DataUnavailable: the files can't be had, or are damaged.
    """
    _tell(name, Progress(BEGIN, 0, 1), os.getpid())  # whom to end; no longer one that was ended before
    written = 0.0
    try:
        for progress in prepare(name, replace=replace):
            watch(progress)
            if time.monotonic() - written >= EVERY:
                _tell(name, progress, os.getpid())
                written = time.monotonic()
    except UnlearnError as error:
        said = str(error).replace(f"{data_root()}/", "").replace(str(data_root()), "the data folder")
        _tell(name, Progress("failed", 0, 1), os.getpid(), said, isinstance(error, DamagedData))
        raise
    else:
        _path(name).unlink(missing_ok=True)


def _tell(name: str, progress: Progress, pid: int, error: str | None = None, damaged: bool = False) -> None:
    write_json(_path(name), asdict(progress) | {"error": error, "damaged": damaged, "pid": pid})


def _path(name: str) -> Path:
    return data_root() / f".{name}.download.json"


if __name__ == "__main__":
    with suppress(UnlearnError):  # the page was told
        work(sys.argv[1], replace="--replace" in sys.argv)
