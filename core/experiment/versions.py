"""The versions of everything that the numbers of a run depend on."""

import platform

import numpy as np
import pandas as pd
import torch


def versions() -> dict[str, str]:
    """Name -> version, as stored with every model and result."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "pandas": pd.__version__,
    }
