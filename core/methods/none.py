"""Do nothing: the unlearned model is the original. The row that every comparison needs.

No paper is needed for it; NeurIPS 2023's unlearning challenge made the reference common
(https://arxiv.org/abs/2406.09073).
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
