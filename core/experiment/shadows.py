"""Shadow models: training and unlearning repeated on many random halves of the data, in parallel processes.

Every pair has half of the forget set and half of the other training images. One model is trained on both halves and
then unlearned by the run's method; the other is trained without the forget images. Trained models are stored like all
others, so another method on the same forget set only repeats the unlearning.
"""

import os
from collections.abc import Generator, Iterator
from concurrent.futures import as_completed
from dataclasses import dataclass, replace

import numpy as np
import torch

from core.datasets import ForgetSet, Split, ids_hash, load_dataset
from core.device import on_device
from core.events import Event, Phase
from core.experiment.context import Context, Models
from core.experiment.processes import last, process_pool
from core.experiment.rng import make_generator
from core.experiment.trained_models import get_or_train
from core.experiment.unlearn import task_for
from core.inference import predict
from core.methods import implementation
from core.models import model_for, set_state
from core.planning.plan import Plan
from core.specs import RunSpec, gold_model
from core.store import ModelFolder, SavedModel

FIRST_SEED = 10_000  # seeds of the pairs, far from those of originals and golds


@dataclass(frozen=True)
class Job:
    """The work for one pair.

    Attributes:
        half: ids of its training images, forget images included.
        ids: images that both models predict.
        models: a store's ``models``, or the models of this pair from a dict.
    """

    spec: RunSpec
    pair: int
    half: np.ndarray
    forget: ForgetSet
    ids: np.ndarray
    models: Models
    device: torch.device


@dataclass(frozen=True)
class Outcome:
    """Logits (N, K) of the unlearned and the never-trained model, and new models to add to a dict."""

    unlearned: np.ndarray
    never: np.ndarray
    new: dict[str, SavedModel]


@dataclass(frozen=True)
class ShadowLogits:
    """Logits (M, N, K) of all M pairs, and which images each pair was trained on (M, N)."""

    unlearned: np.ndarray
    never: np.ndarray
    trained: np.ndarray


def halves(train: Split, forget: np.ndarray, count: int) -> list[np.ndarray]:
    """Ids of random halves; consecutive halves are complements, so every image is in equally many."""
    rng = np.random.default_rng(0)  # the same halves for every method of a request
    groups = [forget, np.setdiff1d(train.index, forget)]
    found: list[np.ndarray] = []
    while len(found) < count:
        cut = [np.array_split(rng.permutation(ids), 2) for ids in groups]
        found += [np.sort(np.concatenate([first[n], rest[1 - n]])) for first, rest in [cut] for n in (0, 1)]
    return found[:count]


def shadow_logits(context: Context, planned: Plan, ids: np.ndarray) -> Generator[Event, None, ShadowLogits]:
    """Returns the ``ShadowLogits`` of the run's method on these images; trains missing models.

    Uses one process per core; a GPU works in this process, one pair after another. A script that calls this needs
    ``if __name__ == "__main__"``.
    """
    spec = planned.spec
    models = context.models
    parts = halves(context.dataset.train, planned.forget.ids, spec.measure.shadows)
    jobs = [
        Job(spec, pair, half, planned.forget, ids, _of_pair(models, pair), context.device)
        for pair, half in enumerate(parts)
    ]
    outcomes: dict[int, Outcome] = {}
    for pair, outcome in _work_off(jobs):
        outcomes[pair] = outcome
        models.update(outcome.new)
        yield Phase("shadows", len(outcomes), len(jobs))
    unlearned, never = (
        np.stack([getattr(outcomes[pair], kind) for pair in range(len(jobs))]) for kind in ("unlearned", "never")
    )
    return ShadowLogits(unlearned, never, np.stack([np.isin(ids, half) for half in parts]))


def work(job: Job) -> Outcome:
    """Trains both models of a pair if they are missing, unlearns a copy of the first, and predicts the images."""
    spec, device = job.spec, job.device
    models = job.models if isinstance(job.models, ModelFolder) else dict(job.models)
    dataset = load_dataset(spec.model.data)
    context = Context(dataset, models, device)
    trained_on = dataset.train.with_ids(job.half)
    ids = np.intersect1d(job.half, job.forget.ids)
    forget = replace(job.forget, ids=ids, sha256=ids_hash(ids))

    def trained(split: Split) -> SavedModel:
        left_out = dataset.train.with_ids(split.index, keep=False).index
        model = gold_model(spec.model, FIRST_SEED + job.pair, ids_hash(left_out))
        return last(get_or_train(context, f"shadow {job.pair}", model, split, np.empty(0, np.int64)))

    first, never = (trained(split) for split in (trained_on, forget.split(trained_on)[1]))
    model = on_device(set_state(model_for(spec.model), first.weights), device)
    if len(ids):
        own = replace(context, dataset=replace(dataset, train=trained_on))
        task = task_for(own, spec, [forget], first.record["held_out"])
        generator = make_generator(spec.unlearn_seed, f"shadow {job.pair}")
        for _ in implementation(spec.method)(model, task, spec.method, generator=generator):
            pass  # nothing is measured between the steps
    images = torch.tensor(dataset.images_of(job.ids), device=device)
    unlearned = predict(model, images).cpu().numpy()
    never_trained = predict(set_state(model, never.weights), images).cpu().numpy()
    new = {} if isinstance(models, ModelFolder) else {k: v for k, v in models.items() if k not in job.models}
    return Outcome(unlearned, never_trained, new)


def _of_pair(models: Models, pair: int) -> Models:
    """The store, or a copy of this pair's models: a dict changes while jobs are still being sent to processes."""
    if isinstance(models, ModelFolder):
        return models
    return {key: model for key, model in models.items() if model.record["spec"]["seed"] == FIRST_SEED + pair}


def _work_off(jobs: list[Job]) -> Iterator[tuple[int, Outcome]]:
    if jobs[0].device.type == "cuda":
        yield from ((job.pair, work(job)) for job in jobs)
        return
    count = min(os.cpu_count() or 1, len(jobs))
    pool = process_pool(count)
    try:
        pairs = {pool.submit(work, job): job.pair for job in jobs}
        for future in as_completed(pairs):
            yield pairs[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)
