"""Tables of images that installed packages bring along. Only their file is read: importing such a package takes a
second that a page does not have.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.errors import DataUnavailable


def packaged_table(package: str, path: str, project: str) -> np.ndarray:
    """The numbers of a CSV file below the folder of an installed package, int64 (rows, columns).

    Args:
        project: what pip calls the package.

    Raises:
        DataUnavailable: the package is not installed.
    """
    found = find_spec(package)
    if found is None or found.origin is None:
        raise DataUnavailable(
            f"these images come with {project}, which is not installed; install it with pip install {project}"
        )
    return np.loadtxt(Path(found.origin).parent / path, delimiter=",", dtype=np.int64)
