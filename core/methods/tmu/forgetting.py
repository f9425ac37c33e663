"""Forgets the hard images and keeps the original's output on all others.

    minimise  sum over D_f of  p pull(x) + (1 - p) KL(original || f)(x)
              +  sum over D_r and the pool of  KL(original || f)(x)

p is 1 for hard images and 0 for easy ones; every image of a step has the same weight. pull: CE(f(x), y) with y uniform
among the classes other than c, redrawn at every step; or -CE(f(x), c), bounded by -log K, the value at chance level,
because beyond it a few images that are already wrong would dominate the gradient. (The paper,
https://arxiv.org/abs/2408.11433, section 4.4, allows both and does not say which one its tables use; its code has
random labels, drawn once.)

Departures: the code trains easy and retained images on their labels. Here they keep the original's output, as do pool
images, whose labels are not used. All images have the same weight: if a few hard images weigh as much as all others
together, a quarter of the class's test accuracy is lost. (Measured on ``digits-noisy``, 30 % of a class, five classes;
test accuracy of the class minus gold's: -0.28; with equal weights -0.05 with labels, -0.05 with the output of easy and
retained images, -0.00 with the pool's output as well.)

soft: p is the probability of being hard, and the pull is towards the original's mean prediction on the five nearest
pool images: gold's errors are plausible classes, not uniformly random ones.
"""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.events import NoStep
from core.inference import predict
from core.methods.descent import Loss, run_to_accuracy
from core.methods.divergence import frozen
from core.methods.task import Batches, Task
from core.methods.tmu.features import activations, nearest
from core.models import device_of
from core.sensitivity import draw_irrelevant
from core.specs.methods.tmu import Tmu
from core.training import Step, tensors


def forget_hard(
    model: nn.Module, task: Task, easy: np.ndarray, p_hard: np.ndarray, spec: Tmu, generator: torch.Generator
) -> Iterator[Step | NoStep]:
    """Unlearns in place until the accuracy on the forget set has fallen to the fraction of easy images.

    Args:
        easy: bool (N,), in the order of ``task.forget``; at least one is False.
        p_hard: (N,), probability of being hard; with ``spec.soft`` its mean determines the stop.
    """
    assert task.forget is not None
    weights = p_hard if spec.soft else (~easy).astype(float)
    losses = _losses(model, task, weights, spec, generator)
    target = 1 - float(weights.mean())
    yield from run_to_accuracy(model, task.forget, losses, spec.step, target, spec.max_steps, generator=generator)


def _losses(model: nn.Module, task: Task, weights: np.ndarray, spec: Tmu, generator: torch.Generator) -> Iterator[Loss]:
    assert task.forget is not None
    assert task.retain is not None
    assert task.pool is not None
    device = device_of(model)
    original = frozen(model)
    images, labels = tensors(task.forget, device)
    p = torch.tensor(weights, dtype=torch.float32, device=device)
    towards = _pool_predictions(model, task) if spec.soft else None
    forget = Batches(images, torch.arange(len(labels), device=device), spec.batch_size, generator)
    unseen = task.pool.take(~task.nothing_remains(task.pool))
    others = [
        Batches.from_split(split, spec.batch_size, model, generator) for split in (task.retain, unseen) if len(split)
    ]

    def loss(x: Tensor, away: Tensor, goal: Tensor) -> Tensor:
        logits, n = model(x), len(away)
        with torch.no_grad():
            output = original(x).softmax(1)
        pull = F.cross_entropy(logits[:n], goal, reduction="none")
        if spec.forgetting == "negative-gradient" and towards is None:
            pull = -pull.clamp(max=math.log(task.num_classes))
        stay = F.cross_entropy(logits, output, reduction="none")  # KL up to a constant
        return ((away * pull).sum() + ((1 - away) * stay[:n]).sum() + stay[n:].sum()) / len(x)

    for x, which in forget:
        x = torch.cat([x, *(next(batches)[0] for batches in others)])
        goal = labels[which]
        if towards is not None:
            goal = towards[which]
        elif spec.forgetting == "random-label":
            goal = draw_irrelevant(goal, task.num_classes, 1, generator).squeeze(1)
        yield partial(loss, x, p[which], goal)


def _pool_predictions(model: nn.Module, task: Task) -> Tensor:
    """Mean probabilities (N, K) of the five pool images nearest to each forget image by activations."""
    assert task.forget is not None
    assert task.pool is not None
    _, position = nearest(activations(model, task.forget), activations(model, task.pool))
    probabilities = predict(model, tensors(task.pool, device_of(model))[0]).softmax(1)
    return probabilities[position].mean(1)
