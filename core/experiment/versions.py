"""Versions of Python and the libraries that a run's numbers depend on."""

import platform

import numpy as np
import pandas as pd
import torch


def versions() -> dict[str, str]:
    """Name -> version, stored with every model and result."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "pandas": pd.__version__,
    }
