"""Near-duplicates that would stay, against distances of all pairs by scikit-learn."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from core import RunSpec, load_dataset, plan
from core.analysis import near_duplicates
from core.planning import left_behind
from core.specs import ForgetRequest


@pytest.fixture(autouse=True)
def looser(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The digits have no near-duplicates at 0.05."""
    monkeypatch.setattr(near_duplicates, "NEAR_DUPLICATE", 0.1)
    left_behind._left_behind.cache_clear()
    yield
    left_behind._left_behind.cache_clear()


def alike(spec: RunSpec, places: slice) -> set[int]:
    """Ids of all images that are near one of these and not among them."""
    train = load_dataset(spec.model.data).train
    flat = train.images.reshape(len(train), -1) / 255
    near = (pairwise_distances(flat[places], flat) / 8 <= 0.1).any(axis=0)  # 8 is the root of 64 pixels
    return set(train.index[near].tolist()) - set(train.index[places].tolist())


def text(spec: RunSpec, ids: np.ndarray | set[int]) -> str:
    return f"index={','.join(map(str, sorted(ids)))}"


@pytest.fixture
def spec(quick: Callable[..., RunSpec]) -> RunSpec:
    """The first thirty digits of 900."""
    made = quick(settings={"model.data.size": 900}, gold_seeds=(1,))
    return made.replace(forget=ForgetRequest(text=text(made, load_dataset(made.model.data).train.index[:30])))


def test_the_plan_names_near_duplicates_in_the_retain_set(spec: RunSpec) -> None:
    expected = alike(spec, slice(30))
    assert len(expected) > 1
    planned = plan(spec)
    assert set(planned.near_duplicates) == expected
    assert planned.to_json()["near_duplicates"] == sorted(expected)
    assert planned.warnings[-1] == (
        f"{len(expected)} retained images are near-duplicates of images to forget (at most 0.05 of the range "
        "apart, root mean square). The model can still learn the forgotten images from these."
    )


def test_images_forgotten_earlier_are_not_near_duplicates(spec: RunSpec) -> None:
    *some, last = sorted(alike(spec, slice(30)))
    planned = plan(spec.replace(after=(ForgetRequest(text=text(spec, some)),)))
    assert planned.near_duplicates == (last,)
    assert any(warning.startswith("1 retained image is a near-duplicate of") for warning in planned.warnings)


def test_no_note_without_near_duplicates(spec: RunSpec) -> None:
    train = load_dataset(spec.model.data).train
    alone = next(n for n in range(len(train)) if not alike(spec, slice(n, n + 1)))
    planned = plan(spec.replace(forget=ForgetRequest(text=text(spec, {int(train.index[alone])}))))
    assert planned.near_duplicates == ()
    assert not any("near-duplicate" in warning for warning in planned.warnings)
