"""``zip:PATH``: a zip file of a folder of pictures. What its directory says is checked first; nothing is unpacked to
disk: pictures are read out of the archive one by one, so no name in it can name a place outside.
"""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.datasets.folder import SUFFIXES, read_pictures, refuse
from core.errors import InvalidSpec

MAX_FILES = 500_000
MAX_FILE = 64 << 20  # bytes of one picture, unpacked
MAX_BYTES = 16 << 30  # of all, unpacked
ENCRYPTED = 1  # bit of a file's flags


def read_zip(
    path: Path, report: Callable[[int, int], None] = lambda done, total: None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """As ``read_folder``, of what is in the archive, or in the only folder there that has pictures.

    Raises:
        InvalidSpec: not a zip file, or bad files, named one by one; then nothing is loaded.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check(path, archive.infolist())
            names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
            tops = {name.partition("/")[0] for name in names if _is_picture(name)}
            top = f"{tops.pop()}/" if len(tops) == 1 else ""
            inside = [name.removeprefix(top) for name in names]
            return read_pictures(str(path), inside, lambda name: archive.open(top + name), report)
    except (OSError, zipfile.BadZipFile, NotImplementedError, EOFError, UnicodeDecodeError) as error:
        raise InvalidSpec(f"{path} cannot be read as a zip file: {error}") from None


def _check(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_FILES:
        raise InvalidSpec(f"{path} holds {len(entries):,} files; at most {MAX_FILES:,} are read")
    bad: dict[str, str] = {}
    seen: set[str] = set()
    for entry in entries:
        if why := "stands there twice" if entry.filename in seen else _problem(entry):
            bad[entry.filename] = why
        seen.add(entry.filename)
    refuse(str(path), bad)
    total = sum(entry.file_size for entry in entries if _is_picture(entry.filename))
    if total > MAX_BYTES:
        raise InvalidSpec(f"{path} unpacks to {total:,} bytes; at most {MAX_BYTES:,} are read")


def _problem(entry: zipfile.ZipInfo) -> str:
    if {"", ".", ".."} & set(entry.filename.removesuffix("/").split("/")) or "\\" in entry.filename:
        return "a name that leads elsewhere"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link"
    if entry.flag_bits & ENCRYPTED:
        return "encrypted"
    if entry.file_size > MAX_FILE and _is_picture(entry.filename):
        return f"{entry.file_size:,} bytes"
    return ""


def _is_picture(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)
