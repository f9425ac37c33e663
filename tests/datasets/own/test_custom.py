import numpy as np
import pytest

from core.datasets import add_images, load_dataset
from core.errors import InvalidSpec
from core.specs import DataSpec, data_info, make_spec, own_datasets


def test_the_name_depends_on_the_content_alone(npz, arrays):
    name = add_images(f"npz:{npz()}")
    assert name == add_images(f"npz:{npz('elsewhere/other.npz')}")
    changed = arrays["x_train"].copy()
    changed[3, 2, 1, 0] ^= 1
    other = add_images(f"npz:{npz(x_train=changed)}")
    assert other != name
    assert set(own_datasets()) == {name, other}
    assert DataSpec(name=name).key != DataSpec(name=other).key


def test_added_images_are_a_data_set_like_any_other(npz, arrays):
    name = add_images(f"npz:{npz()}")
    assert data_info(name).title == "own"
    dataset = load_dataset(name)
    assert {n: len(s) for n, s in dataset.splits.items()} == {"train": 32, "pool": 8, "test": 8}  # a fifth is held back
    assert isinstance(dataset.train.images, np.memmap)
    both = np.concatenate([arrays["x_train"], arrays["x_test"]])  # an id is the place in the file
    labels = np.concatenate([arrays["y_train"], arrays["y_test"]])
    for split in dataset.splits.values():
        np.testing.assert_array_equal(split.images, np.moveaxis(both[split.index], -1, 1))
        np.testing.assert_array_equal(split.labels, labels[split.index])
    assert np.bincount(dataset.pool.labels).tolist() == [4, 4]
    everything = load_dataset(DataSpec(name=name, pool=False))
    assert everything.pool is None
    assert sorted(everything.train.index) == list(range(40))


@pytest.mark.parametrize(
    ("side", "train", "arch", "width", "recipe"),
    [
        (32, 24, "cnn-small", None, "few-images"),
        (8, 24, "resnet-tiny", None, "few-images"),
        (8, 625, "resnet-tiny", None, "digits"),  # of which 125 are held back
        (16, 6_240, "cnn-small", None, "digits"),
        (16, 6_250, "cnn-small", 32, "fast-plain"),
        (41, 12_490, "cnn-small", None, "fast-plain"),
        (41, 12_500, "resnet18", None, "fast-plain"),
        (8, 12_500, "resnet-tiny", None, "fast-plain"),
    ],
)
def test_network_and_recipe_go_by_size_and_number(
    npz, side: int, train: int, arch: str, width: int | None, recipe: str
):
    images = np.zeros((train, side, side), np.uint8)
    name = add_images(f"npz:{npz(x_train=images, y_train=np.arange(train) % 2, x_test=images[:8])}")
    assert (data_info(name).arch, data_info(name).recipe) == (arch, recipe)
    model = make_spec(name, "class=cat").model
    assert (model.arch, model.width) == (arch, width)
    assert model.train.augment == "none"  # a mirrored letter is another one


def test_a_path_can_be_loaded_directly(npz, tmp_path):
    assert load_dataset(f"npz:{npz()}").classes == ("cat", "dog")
    assert load_dataset(f"npz:{npz()}", tmp_path / "root of others").classes == ("cat", "dog")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_train": np.full(40, 2)}, "label 2 has no class name; labels must be 0 to 1"),
        ({"y_test": np.full(8, -1)}, "label -1 has no class name"),
        ({"y_train": np.zeros(40, int)}, "class 'dog' has no training image"),
        ({"class_names": np.array(["cat", "cat"])}, "2 class names; 2 to 10000 different names are allowed"),
        *(
            ({"class_names": np.array(["cat", name])}, "class name .* is not allowed: .* forget requests")
            for name in ("d\nog", "dog,cat", "a=b", "dog:30%", "cat+dog", " dog", "all", "", "d" * 81)
        ),
        ({"x_train": np.zeros((2, 12, 12, 3), np.uint8), "y_train": np.arange(2)}, "2 training and 8 test images"),
    ],
)
def test_images_that_do_not_fit_together_leave_nothing(npz, own_store, changes, message):
    with pytest.raises(InvalidSpec, match=message):
        add_images(f"npz:{npz(**changes)}")
    assert not own_store.exists()


@pytest.mark.parametrize("place", ["tar:x", "npz:", "npz"])
def test_other_paths_are_refused(place):
    with pytest.raises(InvalidSpec, match="is not a path to images; write folder:PATH, zip:PATH or npz:PATH"):
        add_images(place)


@pytest.mark.parametrize(
    ("copied", "said"),
    [
        ({}, []),
        ({3: 7}, ["1 of the 8 test images is a training image too"]),
        ({0: 7, 5: 7, 6: 20}, ["3 of the 8 test images are training images too"]),
    ],
)
def test_test_images_that_are_training_images_too_are_counted(npz, arrays, copied, said):
    test = arrays["x_test"].copy()
    for place, source in copied.items():
        test[place] = arrays["x_train"][source]
    notes: list[str] = []
    add_images(f"npz:{npz(x_test=test)}", note=notes.append)
    assert [note.partition(" (identical pixels)")[0] for note in notes] == said
