import hashlib

import numpy as np
import pytest

from core.datasets import Split, load_dataset
from core.datasets.digits import digits_arrays
from core.errors import DataUnavailable, InvalidSpec
from core.specs import DataSpec
from core.specs.datasets import EMBEDDED

NAMES = list(EMBEDDED)
SIZES = {"digits": (900, 450, 447), "mnist-5k": (3000, 1000, 1000)}  # DESIGN, section 5


def source(name: str) -> str:
    """The set from which this one was made."""
    return name.removesuffix("-noisy").removesuffix("-worn").removesuffix("-families")


def ids(split: Split) -> set[int]:
    return set(split.index.tolist())


@pytest.mark.parametrize("name", NAMES)
def test_sizes_types_and_shapes(name: str):
    dataset = load_dataset(name)
    assert list(dataset.splits) == ["train", "pool", "test"]
    assert tuple(len(split) for split in dataset.splits.values()) == SIZES[source(name)]
    for split in dataset.splits.values():
        assert (split.images.dtype, split.images.shape) == (np.uint8, (len(split), *dataset.info.shape))
        assert (split.labels.dtype, split.index.dtype) == (np.int64, np.int64)
        assert split.labels.shape == split.index.shape == (len(split),)
        assert set(split.labels.tolist()) == set(range(len(dataset.classes)))


@pytest.mark.parametrize("name", NAMES)
def test_an_id_names_one_image_and_the_splits_share_none(name: str):
    dataset = load_dataset(name)
    found = [ids(split) for split in dataset.splits.values()]
    count = sum(SIZES[source(name)])
    assert set.union(*found) == set(range(count))
    assert sum(map(len, found)) == count


@pytest.mark.parametrize("size", [None, 20, 77, 200, 899])
def test_splits_are_stratified(size: int | None):
    dataset = load_dataset(DataSpec(name="digits", size=size))
    overall = np.bincount(digits_arrays()[1]) / 1797
    assert len(dataset.train) == (size or 900)
    for split, slack in ((dataset.train, 1), (dataset.pool, 2), (dataset.test, 2)):  # whole images, one per border
        expected = overall * len(split)
        assert np.abs(np.bincount(split.labels, minlength=10) - expected).max() <= slack


def test_every_split_of_mnist_5k_has_as_many_of_each_digit():
    for split, each in zip(load_dataset("mnist-5k").splits.values(), (300, 100, 100), strict=True):
        assert np.bincount(split.labels).tolist() == [each] * 10


def test_a_smaller_training_set_is_part_of_the_larger():
    small, large = load_dataset(DataSpec(name="digits", size=100)), load_dataset("digits")
    assert ids(small.train) < ids(large.train)
    assert ids(small.pool) == ids(large.pool)
    assert ids(small.test) == ids(large.test)


def test_without_a_pool_its_images_are_trained_on():
    with_pool, without = load_dataset("digits"), load_dataset(DataSpec(name="digits", pool=False))
    assert without.pool is None
    assert list(without.splits) == ["train", "test"]
    assert ids(without.train) == ids(with_pool.train) | ids(with_pool.pool)
    assert ids(without.test) == ids(with_pool.test)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("digits", "236c52c159cff2f0b69d28c79e4522c3f7c39255158c1b3d7a42562183a7285e"),
        ("mnist-5k", "2dcb5efd4667577d509a5a2d63e3f0a339d7d86fd84276a33354abb170320fc8"),
    ],
)
def test_the_split_is_part_of_the_data(name: str, made: str):
    # sha256 of all images in the order of their ids, as first made: another value means other forget sets for every id.
    images = np.concatenate([split.images for split in load_dataset(name).splits.values()])
    assert hashlib.sha256(images.tobytes()).hexdigest() == made


@pytest.mark.parametrize(
    "names",
    [("digits", "digits-noisy", "digits-families"), ("mnist-5k", "mnist-5k-worn", "mnist-5k-families")],
)
def test_the_three_sets_of_a_source_share_ids_and_differ_where_they_should(names: tuple[str, str, str]):
    plain, noisy, families = map(load_dataset, names)
    parent = np.asarray(families.parent)
    for name, split in plain.splits.items():
        np.testing.assert_array_equal(noisy.splits[name].index, split.index)
        np.testing.assert_array_equal(noisy.splits[name].labels, split.labels)
        np.testing.assert_array_equal(families.splits[name].images, split.images)
        np.testing.assert_array_equal(families.splits[name].subclass, split.labels)
        np.testing.assert_array_equal(families.splits[name].labels, parent[split.labels])
        assert split.subclass is None
        assert (noisy.splits[name].images != split.images).mean() > 0.5
    assert families.subclasses == plain.classes


@pytest.mark.parametrize("name", NAMES)
def test_the_constants_of_normalisation_are_those_of_the_images(name: str):
    dataset = load_dataset(name)
    pixels = np.concatenate([split.images for split in dataset.splits.values()]) / 255
    assert dataset.info.mean == pytest.approx((pixels.mean(),), abs=0.0015)
    assert dataset.info.std == pytest.approx((pixels.std(),), abs=0.0015)


def test_a_name_and_its_spec_are_the_same_data_set():
    assert load_dataset("digits") is load_dataset(DataSpec(name="digits"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("mnits", "data set 'mnits' is not known; choose mnist-5k, mnist-5k-worn, mnist-5k-families, digits, "),
        (DataSpec(name="digits", size=901), "model.data.size = 901 is too many: digits has 900 training images"),
        (DataSpec(name="digits", size=1351, pool=False), "digits has 1350 training images"),
    ],
)
def test_what_can_not_be_loaded_is_refused(data, message):
    with pytest.raises(InvalidSpec, match=message):
        load_dataset(data)


def test_images_of_ids_in_their_order():
    dataset = load_dataset("digits")
    wanted = [int(dataset.test.index[3]), int(dataset.train.index[8]), int(dataset.pool.index[0])]
    wanted.append(wanted[0])
    images = dataset.images_of(np.array(wanted))
    by_hand = [dataset.test.images[3], dataset.train.images[8], dataset.pool.images[0], dataset.test.images[3]]
    np.testing.assert_array_equal(images, by_hand)
    assert dataset.images_of(np.array([], dtype=int)).shape == (0, 1, 8, 8)
    with pytest.raises(InvalidSpec, match="image 1797 is not in this data set"):
        dataset.images_of(np.array([0, 1797]))


def test_with_ids_keeps_them_or_the_others():
    split = load_dataset("digits-families").train
    wanted = split.index[[5, 2, 700]]
    kept, others = split.with_ids(wanted), split.with_ids(wanted, keep=False)
    assert ids(kept) == set(wanted.tolist())
    assert ids(others) == ids(split) - ids(kept)
    assert sorted(split.labels_of(wanted)) == sorted(kept.labels)
    assert split.labels_of(kept.index).tolist() == kept.labels.tolist()
    for part in (kept, others):
        where = [np.flatnonzero(split.index == i)[0] for i in part.index]
        for name in ("images", "labels", "subclass"):
            np.testing.assert_array_equal(getattr(part, name), getattr(split, name)[where])


def test_ids_of_other_splits_are_ignored():
    dataset = load_dataset("digits")
    assert len(dataset.train.with_ids(dataset.test.index)) == 0


def test_missing_data_names_the_command_to_get_it(tmp_path):
    with pytest.raises(DataUnavailable, match=r"mnist is not in .*python -m core download mnist.*--root"):
        load_dataset("mnist", tmp_path)
    assert list(tmp_path.iterdir()) == []
