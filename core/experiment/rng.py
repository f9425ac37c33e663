"""Seeded random generators, one per purpose."""

import numpy as np
import torch


def make_generator(seed: int, purpose: str) -> torch.Generator:
    """A generator on the CPU that depends on seed and purpose only."""
    words = np.random.SeedSequence([seed, *purpose.encode()]).generate_state(2, np.uint32)
    return torch.Generator().manual_seed(int(words[0]) << 32 | int(words[1]))
