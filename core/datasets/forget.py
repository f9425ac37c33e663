"""Resolves forget requests to image ids, and splits the training set into forget and retain set."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.datasets.dataset import Dataset, Split
from core.errors import InvalidSpec
from core.specs import ForgetRequest, short
from core.specs.requests import Share, Term


@dataclass(frozen=True)
class ForgetSet:
    """The training images that a request selects.

    Attributes:
        ids: int64 (N,), sorted ids of training images.
        sha256: hash of the sorted ids; it depends only on the images, not on the text of the request.
        whole_classes: classes without any remaining training image.
        whole_subclasses: likewise for sub-classes.
        whole_classes_only: whether the set consists of whole classes.
        by_subclass: whether the request names a sub-class.
    """

    ids: np.ndarray
    sha256: str
    whole_classes: tuple[int, ...]
    whole_subclasses: tuple[int, ...]
    whole_classes_only: bool
    by_subclass: bool

    def __len__(self) -> int:
        return len(self.ids)

    def split(self, train: Split) -> tuple[Split, Split]:
        """Forget set and retain set: disjoint, together all training images."""
        return train.with_ids(self.ids), train.with_ids(self.ids, keep=False)


def ids_hash(ids: np.ndarray) -> str:
    """sha256 of the sorted ids as little-endian 64-bit integers."""
    return hashlib.sha256(np.sort(ids).astype("<i8").tobytes()).hexdigest()


def resolve(dataset: Dataset, *requests: ForgetRequest) -> ForgetSet:
    """The training images that the requests select together.

    The images of a percentage or count depend only on the draw and the group, not on other parts of the request. A
    larger share with the same draw contains the smaller one.

    Raises:
        InvalidSpec: a request is not valid, or it selects no image, an image outside the training set, or all images.
    """
    train = dataset.train
    picked = [_pick(request, term, dataset) for request in requests for term in request.terms(dataset.info)]
    ids = np.unique(np.concatenate(picked))
    text = short("+".join(request.text for request in requests))
    if not len(ids):
        raise InvalidSpec(f"{text} selects no training image; name a class or an image of the training set")
    if len(ids) == len(train):
        raise InvalidSpec(f"{text} selects every training image; leave some to retain")
    return _forget_set(dataset, ids, ids, requests[-1])


def resolve_chain(dataset: Dataset, requests: Sequence[ForgetRequest]) -> tuple[ForgetSet, ...]:
    """The forget set of every request in order, without images that earlier requests removed.

    ``whole_classes`` are the classes without any image left after that request.

    Raises:
        InvalidSpec: as ``resolve``; or earlier requests have removed all images of a request.
    """
    sets: list[ForgetSet] = []
    removed = np.empty(0, np.int64)
    for n, request in enumerate(requests):
        so_far = resolve(dataset, *requests[: n + 1]).ids
        ids = np.setdiff1d(so_far, removed)
        if not len(ids):
            raise InvalidSpec(f"{short(request.text)} is already forgotten by earlier requests; choose other images")
        sets.append(_forget_set(dataset, ids, so_far, request))
        removed = so_far
    return tuple(sets)


def all_ids(sets: Sequence[ForgetSet]) -> np.ndarray:
    """The ids of several forget sets, concatenated."""
    return np.concatenate([each.ids for each in sets])


def _forget_set(dataset: Dataset, ids: np.ndarray, so_far: np.ndarray, request: ForgetRequest) -> ForgetSet:
    """
    Args:
        ids: the images of this request alone.
        so_far: those of all requests up to it.
    """
    train = dataset.train
    removed = np.isin(train.index, so_far)
    whole = _emptied(train.labels, removed)
    return ForgetSet(
        ids=ids,
        sha256=ids_hash(ids),
        whole_classes=whole,
        whole_subclasses=() if train.subclass is None else _emptied(train.subclass, removed),
        whole_classes_only=set(train.labels_of(ids).tolist()) <= set(whole),
        by_subclass=request.names_subclass(dataset.info),
    )


def _emptied(labels: np.ndarray, removed: np.ndarray) -> tuple[int, ...]:
    return tuple(np.setdiff1d(labels[removed], labels[~removed]).tolist())


def _pick(request: ForgetRequest, term: Term, dataset: Dataset) -> np.ndarray:
    train = dataset.train
    if term.kind == "index":
        _check_ids(np.asarray(term.values), dataset)
        return np.asarray(term.values)
    if term.kind == "random":
        return _draw(train.index, term.share, request.draw, "the training set")
    by_class = term.kind == "class"
    labels, names = (train.labels, dataset.classes) if by_class else (train.subclass, dataset.subclasses or ())
    groups = {f"{term.kind} {names[value]}": train.index[labels == value] for value in term.values}
    return np.concatenate([_draw(ids, term.share, request.draw, name) for name, ids in groups.items()])


def _check_ids(ids: np.ndarray, dataset: Dataset) -> None:
    """
    Raises:
        InvalidSpec: an image is not a training image; the message says which split has it.
    """
    strange = np.setdiff1d(ids, dataset.train.index)
    if not strange.size:
        return
    if dataset.pool is not None and (held := np.intersect1d(strange, dataset.pool.index)).size:
        raise InvalidSpec(
            f"{_count(held)} in the pool, on which no model is trained; with model.data.pool=false the pool is "
            "part of the training set (on the Forget page: the switch below the data set)"
        )
    some = ", ".join(map(str, dataset.train.index[:3]))
    raise InvalidSpec(f"{_count(strange)} not among the training images, which are for example {some}")


def _count(ids: np.ndarray) -> str:
    return f"image {ids[0]} is" if len(ids) == 1 else f"{len(ids):,} images, such as {ids[0]}, are"


def _draw(ids: np.ndarray, share: Share | None, draw: int, name: str) -> np.ndarray:
    count = len(ids) if share is None else share.resolve(len(ids))
    if count > len(ids):
        raise InvalidSpec(f"{count} images are requested, but {name} has {len(ids)} training images")
    return np.random.default_rng([draw, *name.encode()]).permutation(ids)[:count]
