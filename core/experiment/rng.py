"""Seeded random generators, one for every purpose of a run."""

import numpy as np
import torch


def make_generator(seed: int, purpose: str) -> torch.Generator:
    """A generator on the CPU, of its own for every seed and purpose."""
    words = np.random.SeedSequence([seed, *purpose.encode()]).generate_state(2, np.uint32)
    return torch.Generator().manual_seed(int(words[0]) << 32 | int(words[1]))
