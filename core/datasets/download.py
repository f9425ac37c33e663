"""Downloads one file over HTTP: resumable, checked by md5, written atomically."""

import hashlib
import os
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from core.errors import DamagedData, DataUnavailable

CHUNK = 1 << 18  # bytes between two progress reports
ATTEMPTS = 5  # consecutive attempts without new data
TIMEOUT = 30.0  # seconds without a byte


def fetch(url: str, path: Path, md5: str, *, replace: bool = False, pause: float = 1.0) -> Iterator[tuple[int, int]]:
    """Downloads a file unless it exists, and yields (bytes done, bytes in total).

    Partial data is kept as ``.part``; the next call resumes from there.

    Args:
        replace: replace an existing file with another md5.
        pause: seconds before the second attempt; later attempts wait longer.

    Raises:
        DamagedData: the existing file has another md5, and ``replace`` is False.
        DataUnavailable: the server does not answer or has no such file, or the download has another md5.
    """
    if path.is_file():
        found = _md5(path)
        if found == md5:
            return
        if not replace:
            raise DamagedData(f"{path} ({_size(path):,} bytes) is not the file of {url}: its md5 is {found}, not {md5}")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    failures, complete = 0, False
    while not complete:
        before = _size(part)
        total = 0
        try:
            for done, total in _continue(url, part):
                yield done, total
            complete = _size(part) == total
            problem = f"the connection ended after {_size(part):,} of {total:,} bytes"
        except HTTPError as error:
            if error.code == 416:  # the file is complete already
                complete = True
            elif error.code < 500:
                raise DataUnavailable(f"{url} cannot be downloaded: {error.code} {error.reason}") from None
            problem = f"{error.code} {error.reason}"
        except URLError as error:
            problem = f"{urlsplit(url).hostname} cannot be reached ({error.reason})"
        except (OSError, HTTPException) as error:
            problem = str(error) or type(error).__name__
        failures = 0 if _size(part) > before else failures + 1
        if not complete:
            if failures == ATTEMPTS:
                kept = f"the {_size(part):,} bytes received are kept" if _size(part) else "nothing was received"
                raise DataUnavailable(f"{url} cannot be downloaded: {problem}; {kept}, try again later")
            time.sleep(pause * failures)
    found = _md5(part)
    if found != md5:
        part.unlink()
        raise DataUnavailable(f"{url} is not the expected file: its md5 is {found}, not {md5}; it was removed")
    os.replace(part, path)


def _continue(url: str, part: Path) -> Iterator[tuple[int, int]]:
    """One connection: appends the missing bytes, or restarts if the server does not support ranges."""
    have = _size(part)
    with urlopen(Request(url, headers={"Range": f"bytes={have}-"} if have else {}), timeout=TIMEOUT) as answer:
        if answer.status != 206:
            have = 0
        total = have + int(answer.headers.get("Content-Length", 0))
        yield have, total
        with part.open("ab" if have else "wb") as file:
            while block := answer.read(CHUNK):
                file.write(block)
                have += len(block)
                yield have, max(total, have)


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
