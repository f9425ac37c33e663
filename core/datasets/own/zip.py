"""Reads ``zip:PATH``: a zip file of a folder of images. Its directory is checked first.

Nothing is unpacked to disk: images are read from the archive one by one, so no entry can write outside a folder.
"""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

from core.datasets.own.folder import read_pictures, refuse
from core.datasets.own.imported import Imported
from core.datasets.own.layout import Listing, is_picture
from core.errors import InvalidSpec

MAX_FILES = 500_000
MAX_FILE = 64 << 20  # bytes of one picture, unpacked
MAX_BYTES = 16 << 30  # of all, unpacked
ENCRYPTED = 1  # bit of a file's flags


def read_zip(path: Path, report: Callable[[int, int], None] = lambda done, total: None) -> Imported:
    """As ``read_folder``, from a zip file.

    Raises:
        InvalidSpec: not a zip file, or bad files, which are listed; then nothing is loaded.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check(path, archive.infolist())
            files = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
            folders = [entry.filename.rstrip("/") for entry in archive.infolist() if entry.is_dir()]
            return read_pictures(str(path), Listing(files, folders), archive.open, report)
    except (OSError, zipfile.BadZipFile, NotImplementedError, EOFError, UnicodeDecodeError) as error:
        raise InvalidSpec(f"{path} cannot be read as a zip file: {error}") from None


def _check(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_FILES:
        raise InvalidSpec(f"{path} holds {len(entries):,} files; at most {MAX_FILES:,} are allowed")
    bad: dict[str, str] = {}
    seen: set[str] = set()
    for entry in entries:
        if why := "occurs twice" if entry.filename in seen else _problem(entry):
            bad[entry.filename] = why
        seen.add(entry.filename)
    refuse(str(path), bad)
    total = sum(entry.file_size for entry in entries if is_picture(entry.filename))
    if total > MAX_BYTES:
        raise InvalidSpec(f"{path} unpacks to {total:,} bytes; at most {MAX_BYTES:,} are allowed")


def _problem(entry: zipfile.ZipInfo) -> str:
    if {"", ".", ".."} & set(entry.filename.removesuffix("/").split("/")) or "\\" in entry.filename:
        return "a path outside the archive"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link"
    if entry.flag_bits & ENCRYPTED:
        return "encrypted"
    if entry.file_size > MAX_FILE and is_picture(entry.filename):
        return f"{entry.file_size:,} bytes"
    return ""
