"""Fine-tune: go on training on the retain set, and hope that what is no longer seen is forgotten.

    minimise  mean over D_r of CE(f(x), c),  from the original's weights

Paper: https://arxiv.org/abs/1911.04933 (Golatkar et al., Eternal Sunshine, its "fine-tune" baseline).
It trains as the original was trained (same recipe: batches, momentum, weight decay, augmentation, BatchNorm in training
mode), at a constant learning rate. There is no stop rule, because it doesn't look at the forget set.

The defaults, 5 passes at 0.02, are not tuned here: they are what the code of selective synaptic dampening
(https://arxiv.org/abs/2308.07707) publishes for this baseline.
"""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import nn

from core.methods.task import Task
from core.specs.methods import FineTune
from core.training import Step, train


def unlearn(model: nn.Module, task: Task, spec: FineTune, *, generator: torch.Generator) -> Iterator[Step]:
    """Trains on ``task.retain`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: its retain set is all the data used.
        spec: passes and learning rate; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images and augmentation.

    Yields:
        Steps; the last has the reason.
    """
    assert task.retain is not None
    recipe = task.recipe.but(epochs=spec.epochs, learning_rate=spec.learning_rate, schedule="constant")
    for step in train(model, task.retain, recipe, generator=generator):
        if step.step == step.total:
            model.eval()  # final when the last step is seen
            step = replace(step, stop_reason=f"trained for {spec.epochs} passes over the retain set")
        yield step
