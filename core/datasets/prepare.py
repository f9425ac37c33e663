"""Prepares torchvision data sets: finds or downloads the raw files and writes them as arrays."""

import shutil
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock

from core.access import check_writable
from core.datasets.array_store import Arrays, write_prepared
from core.datasets.download import fetch
from core.datasets.raw import is_archive, is_found, read_raw, sources, unpack
from core.errors import DamagedData, DataUnavailable
from core.paths import PROJECT, data_root, prepared_folder
from core.specs import DOWNLOADED


@dataclass(frozen=True)
class Progress:
    """Progress of a phase; in bytes for downloads."""

    name: str
    done: int
    total: int


def stored_name(name: str) -> str:
    """Name of the stored arrays: CIFAR-20 uses those of CIFAR-100."""
    return "cifar100" if name == "cifar20" else name


def is_prepared(name: str, root: Path | None = None) -> bool:
    """Whether the arrays of a data set exist."""
    return name not in DOWNLOADED or prepared_folder(stored_name(name), root).is_dir()


def prepare(name: str, root: Path | None = None, *, replace: bool = False) -> Iterator[Progress]:
    """Prepares a torchvision data set; downloads missing files. Imports torch.

    A lock ensures that only one process prepares a data set at a time.

    Args:
        replace: download files again unless their md5 is right.

    Raises:
        DamagedData: files exist but are damaged or not the expected ones.
        DataUnavailable: the files cannot be downloaded.
    """
    root = data_root() if root is None else root
    name = stored_name(name)
    if is_prepared(name, root):
        return
    check_writable()
    with preparing_lock(name, root):
        if is_prepared(name, root):
            return  # by the process that held the lock
        for left in prepared_folder(name, root).parent.glob(f".{name}.*.part"):
            shutil.rmtree(left)  # left by a killed process
        try:
            if replace or not is_found(name, root):
                yield from _obtain(name, root, replace)
            yield Progress("prepare images", 0, 1)
            arrays = read_raw(name, root)
            _check(name, root, arrays)
        except DamagedData as error:
            hint = f"replace it by a new download with python -m core download {name} --replace"
            raise DamagedData(f"{error}; {hint}") from None
        write_prepared(prepared_folder(name, root), arrays, DOWNLOADED[name])
        yield Progress("prepare images", 1, 1)


def _obtain(name: str, root: Path, replace: bool) -> Iterator[Progress]:
    """Downloads missing files and unpacks all; deletes only the archives that it downloaded."""
    files = {root / source.path: source for source in sources(name)}
    given = {path for path in files if path.is_file()}
    for path, source in files.items():
        for done, total in fetch(source.url, path, source.md5, replace=replace):
            yield Progress(f"download {path.name}", done, total)
    for path in files:
        try:
            unpack(path)
        except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
            raise DataUnavailable(f"{path} cannot be unpacked: {error}") from None
    for path in files:
        if is_archive(path) and path not in given:
            path.unlink()


def _check(name: str, root: Path, arrays: Arrays) -> None:
    """Checks the arrays against the catalogue; not all readers of torchvision do."""
    info = DOWNLOADED[name]
    count, held, last = info.sizes
    wanted = (count + held, *info.shape), (last, *info.shape)
    found = arrays[0].shape, arrays[2].shape
    if found != wanted:
        raise DamagedData(f"the files of {name} in {root} hold images {found}, not {wanted}")
    labels = np.concatenate([arrays[1], arrays[3]])
    if len(labels) != count + held + last or set(np.unique(labels)) != set(range(len(info.classes))):
        raise DamagedData(f"the files of {name} in {root} do not hold one label of each class for every image")


def preparing_lock(name: str, root: Path) -> FileLock:
    """Lock of the process that prepares a data set; released when that process ends."""
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataUnavailable(f"{root} cannot be written: {error.strerror}") from error
    return FileLock(root / f".{stored_name(name)}.lock")


def ensure_prepared(name: str, root: Path) -> None:
    """Prepares raw files in the root in a subprocess, because pages must not import torch.

    Raises:
        DataUnavailable: files are missing or damaged.
    """
    if is_prepared(name, root):
        return
    if not is_found(stored_name(name), root):
        raise DataUnavailable(
            f"{name} is not in {root}; download it with python -m core download {name}, or set the folder that "
            "has it with --root or $UNLEARN_DATA"
        )
    command = [sys.executable, "-m", "core", "download", name, "--root", str(root.resolve())]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    if done.returncode:
        message = done.stderr.strip().rpartition("\n")[2].removeprefix("python -m core: ")
        raise DataUnavailable(message or f"{name} in {root} cannot be prepared")
