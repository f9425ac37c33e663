"""Do nothing: the unlearned model is the original. The reference row of every comparison.

The NeurIPS 2023 unlearning challenge made this reference common (https://arxiv.org/abs/2406.09073).
"""

from collections.abc import Iterator

import torch
from torch import nn

from core.methods.task import Task
from core.specs import MethodSpec
from core.training import Step


def unlearn(model: nn.Module, task: Task, spec: MethodSpec, *, generator: torch.Generator) -> Iterator[Step]:
    """Changes nothing and makes no step."""
    yield from ()
