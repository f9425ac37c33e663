"""The libraries and the processor that a run's numbers depend on."""

import platform
import re
from pathlib import Path

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


def processor() -> str:
    """The model name of the processor."""
    info = Path("/proc/cpuinfo")
    named = re.search(r"^model name\s*: (.+)$", info.read_text(), re.MULTILINE) if info.is_file() else None
    return named.group(1) if named else platform.processor() or platform.machine()
