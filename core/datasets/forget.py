"""From a request to the images it means: the forget set, and the split of the training set into forget and retain."""

import hashlib
from dataclasses import dataclass

import numpy as np

from core.datasets.dataset import Dataset, Split
from core.errors import InvalidSpec
from core.specs import DataInfo, ForgetRequest
from core.specs.requests import Term


@dataclass(frozen=True)
class ForgetSet:
    """The images that a request means.

    Attributes:
        ids: int64 (N,), sorted ids of training images.
        sha256: of the sorted ids: the same images have the same hash, however they were asked for.
        whole_classes: classes of which no training image remains.
        whole_subclasses: likewise.
    """

    ids: np.ndarray
    sha256: str
    whole_classes: tuple[int, ...]
    whole_subclasses: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def split(self, train: Split) -> tuple[Split, Split]:
        """Forget and retain: disjoint, together all training images."""
        return train.with_ids(self.ids), train.with_ids(self.ids, keep=False)


def ids_hash(ids: np.ndarray) -> str:
    """sha256 of sorted ids, as little-endian 64-bit integers."""
    return hashlib.sha256(np.sort(ids).astype("<i8").tobytes()).hexdigest()


def resolve(dataset: Dataset, *requests: ForgetRequest) -> ForgetSet:
    """The training images that the requests mean together.

    Raises:
        InvalidSpec: a request that is not understood, means no image, an image that is not a training image, all
            images, or all but one class.
    """
    train = dataset.train
    picked = [_pick(request, n, term, dataset) for request in requests
              for n, term in enumerate(request.terms(dataset.info))]  # fmt: skip
    ids = np.unique(np.concatenate(picked))
    text = "+".join(request.text for request in requests)
    if len(ids) == len(train):
        raise InvalidSpec(f"{_short(text)} is every training image; leave some to retain")
    gone = np.isin(train.index, ids)
    whole = _emptied(train.labels, gone)
    left = len(np.unique(train.labels[~gone]))
    if left < 2:
        raise InvalidSpec(
            f"{_short(text)} leaves {left} class to retain; at least two must remain to compare with gold"
        )
    whole_subclasses = () if train.subclass is None else _emptied(train.subclass, gone)
    return ForgetSet(ids, ids_hash(ids), whole, whole_subclasses)


def is_subclass_request(request: ForgetRequest, info: DataInfo) -> bool:
    """Whether any part of the request names a sub-class."""
    return any(term.kind == "subclass" for term in request.terms(info))


def _emptied(labels: np.ndarray, gone: np.ndarray) -> tuple[int, ...]:
    return tuple(int(c) for c in np.unique(labels[gone]) if gone[labels == c].all())


def _pick(request: ForgetRequest, n: int, term: Term, dataset: Dataset) -> np.ndarray:
    train = dataset.train
    # The n-th part of a request has its own stream, so that adding a part does not change the others.
    rng = np.random.default_rng([request.draw, n])
    if term.kind == "index":
        wanted = np.unique(term.values)
        if (strange := np.setdiff1d(wanted, train.index)).size:
            raise InvalidSpec(
                f"image {strange[0]} is not a training image, so no model was trained on it; {_held(dataset)}"
            )
        return wanted
    if term.kind == "random":
        assert term.share is not None
        return _draw(train.index, term.share.of(len(train)), rng, "random", "the training set")
    labels = train.labels if term.kind == "class" else train.subclass
    assert labels is not None
    groups = []
    for value in term.values:
        members = train.index[labels == value]
        name = (dataset.classes if term.kind == "class" else dataset.subclasses or ())[value]
        count = len(members) if term.share is None else term.share.of(len(members))
        groups.append(_draw(members, count, rng, term.kind, f"{term.kind} {name}"))
    return np.concatenate(groups)


def _draw(ids: np.ndarray, count: int, rng: np.random.Generator, kind: str, where: str) -> np.ndarray:
    if count > len(ids):
        raise InvalidSpec(f"{kind}: {count} images are asked for, {where} has {len(ids)} training images")
    return ids if count == len(ids) else rng.choice(ids, count, replace=False)


def _held(dataset: Dataset) -> str:
    return f"training images are for example {', '.join(map(str, dataset.train.index[:3]))}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
