"""Small image sets on disk."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    """What a good npz file holds: 40 training and 8 test images of two classes, 12x12."""
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (40, 12, 12, 3), dtype=np.uint8),
        "y_train": np.arange(40) % 2,
        "x_test": rng.integers(0, 256, (8, 12, 12, 3), dtype=np.uint8),
        "y_test": np.arange(8) % 2,
        "class_names": np.array(["cat", "dog"]),
    }


@pytest.fixture
def npz(tmp_path: Path, arrays: dict[str, np.ndarray]) -> Callable[..., Path]:
    """``npz(y_test=...)``: the file, with some arrays replaced; None leaves one out."""

    def write(name: str = "own.npz", **changes: np.ndarray | None) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        np.savez(path, **{key: value for key, value in (arrays | changes).items() if value is not None})
        return path

    return write
