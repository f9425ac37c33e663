"""Tests that need CUDA. They import core alone, so that they run on a machine without the app's packages."""

import pytest
import torch


@pytest.fixture(autouse=True)
def cuda() -> torch.device:
    """The GPU; without one the test is skipped."""
    if not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    return torch.device("cuda")
