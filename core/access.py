"""Read-only mode: with ``UNLEARN_READONLY=1`` a server shows what is there, and neither runs nor writes anything."""

import os

from core.errors import ReadOnly


def is_read_only() -> bool:
    """Whether this process may not change anything."""
    return os.environ.get("UNLEARN_READONLY") == "1"


def check_writable() -> None:
    """Called by everything that writes a file, changes a run or starts or ends a process.

    Raises:
        ReadOnly: this process may not change anything.
    """
    if is_read_only():
        raise ReadOnly("this server is read-only: it shows finished runs, but runs and changes nothing")
