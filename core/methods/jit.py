"""JiT: smooths the output around the forget images; needs no labels and no second derivatives.

    minimise  mean over copies of  sum over D_f of  ||f(x) - f(x + xi)|| / ||xi||,      xi ~ N(0, noise^2)

f are the logits. Noisy images are clipped to [0, 1]; xi is the noise after clipping. The noisy branch has no gradient,
as in the authors' code.
Paper: https://arxiv.org/abs/2402.01401 (Foster et al., An Information Theoretic Approach to Machine Unlearning).
Departures: the authors clip to the smallest and largest pixel of the batch. BatchNorm statistics are frozen. The
default batches are small, so that the authors' single pass over few images has more than one step. Schedules: see
``core.methods.descent``; the authors' optimiser is SGD without momentum and decay.

Measured on whole digits: 29 to 38 steps with a step of 3e-4, 9 to 12 with 1e-3. The authors' pass forgets all ten
classes with their rate of 3e-4, and ruins the model.
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from core.events import NoStep
from core.methods.descent import Loss, run
from core.methods.task import Batches, Task
from core.specs.methods.jit import Jit
from core.training import Step


def unlearn(model: nn.Module, task: Task, spec: Jit, *, generator: torch.Generator) -> Iterator[Step | NoStep]:
    """Unlearns ``task.forget`` in place and leaves the model in eval mode.

    Args:
        model: on its device.
        task: only its forget set is used.
        spec: copies, noise, schedule and steps; defaults and ranges stand in its fields.
        generator: on the CPU; order of the images and the noise.

    Yields:
        Steps with ``step_size``; the last has the reason.
    """
    assert task.forget is not None
    forget = Batches.from_split(task.forget, spec.batch_size, model, generator)

    def losses() -> Iterator[Loss]:
        for images, _ in forget:
            noise = torch.randn(spec.copies, *images.shape, generator=generator).to(images.device)
            yield partial(roughness, model, images, (images + spec.noise * noise).clamp(0, 1))

    steps = spec.epochs * forget.per_pass
    yield from run(model, task, spec, losses(), steps, generator=generator, optimiser=torch.optim.SGD)


def roughness(model: nn.Module, images: Tensor, noisy: Tensor) -> Tensor:
    """The loss above, a scalar with graph, of images (B, C, H, W) and their noisy copies (R, B, C, H, W)."""
    with torch.no_grad():
        there = torch.stack([model(copy) for copy in noisy])  # (R, B, K)
    moved = (noisy - images).flatten(2).norm(dim=2)  # (R, B)
    changed = (model(images) - there).norm(dim=2)  # (R, B)
    return (changed / moved).sum(dim=1).mean()
