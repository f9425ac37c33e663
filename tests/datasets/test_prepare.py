import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.datasets import is_prepared, load_dataset, prepare
from core.errors import DataUnavailable
from core.paths import PROJECT
from core.specs import DataSpec
from core.specs.cifar import CLASSES, PARENT


def write_cifar100(root: Path, **changes: np.ndarray) -> None:
    """Pictures of one grey each, as many as CIFAR-100 has, in the layout of ``npz:``."""
    labels = {"y_train": np.arange(50_000) % 100, "y_test": np.arange(10_000) % 100}
    images = {
        f"x_{split}": np.broadcast_to(labels[f"y_{split}"].astype(np.uint8)[:, None, None, None], (count, 32, 32, 3))
        for split, count in (("train", 50_000), ("test", 10_000))
    }
    np.savez(root / "cifar100.npz", **(labels | images | {"class_names": np.array(CLASSES)} | changes))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with such a set, prepared by the first test that needs it."""
    root = tmp_path_factory.mktemp("root")
    write_cifar100(root)
    return root


def test_loading_prepares_without_bringing_torch_in(root):
    assert not is_prepared("cifar20", root)
    (root / "prepared" / ".cifar100.1234.part").mkdir(parents=True)  # of a process that was killed
    code = (
        "import sys; from core import load_dataset; d = load_dataset('cifar20', sys.argv[1]);"
        "print(d.train.subclass[:3], 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(root)], cwd=PROJECT, capture_output=True, text=True)
    assert done.stdout.strip().endswith("False"), done.stderr
    assert is_prepared("cifar100", root)
    assert [path.name for path in (root / "prepared").iterdir()] == ["cifar100"]  # the two sets share it
    assert list(prepare("cifar20", root)) == []


def test_the_super_classes_are_the_labels_and_the_classes_the_sub_classes(root):
    fine, coarse = load_dataset("cifar100", root).train, load_dataset("cifar20", root).train
    np.testing.assert_array_equal(coarse.images, fine.images)
    np.testing.assert_array_equal(coarse.index, fine.index)
    np.testing.assert_array_equal(coarse.subclass, fine.labels)
    np.testing.assert_array_equal(coarse.labels, np.asarray(PARENT)[fine.labels])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": np.zeros((9, 32, 32, 3), np.uint8), "y_train": np.arange(9)}, r"hold images \(\(9, 3, 32, 32\), "),
        ({"y_test": np.full(10_000, 100)}, "do not hold one label of each class"),
        ({"class_names": np.array(CLASSES[::-1])}, "in their order"),
    ],
)
def test_other_images_are_refused(tmp_path, changes, message):
    write_cifar100(tmp_path, **changes)
    with pytest.raises(DataUnavailable, match=message):
        list(prepare("cifar100", tmp_path))
    assert not is_prepared("cifar100", tmp_path)


def test_damaged_files_are_one_sentence(tmp_path):
    (tmp_path / "cifar100.npz").write_bytes(b"no archive")
    with pytest.raises(DataUnavailable, match=r"cifar100.npz cannot be read as npz") as caught:
        load_dataset("cifar100", tmp_path)
    assert "\n" not in str(caught.value)
    assert not is_prepared("cifar100", tmp_path)


@pytest.mark.skipif("UNLEARN_TEST_DATA" not in os.environ, reason="UNLEARN_TEST_DATA names no folder with CIFAR")
@pytest.mark.parametrize("name", ["cifar10", "cifar20"])
def test_the_real_images(name: str):
    root = Path(os.environ["UNLEARN_TEST_DATA"])
    dataset = load_dataset(name, root)
    info = dataset.info
    assert tuple(len(split) for split in dataset.splits.values()) == info.sizes
    images = load_dataset(DataSpec(name=name, pool=False), root).train.images
    mean, spread = images.mean(axis=(0, 2, 3)) / 255, images.std(axis=(0, 2, 3)) / 255
    assert info.mean == pytest.approx(mean, abs=5e-4)
    assert info.std == pytest.approx(spread, abs=5e-4)
    finest = dataset.train.labels if dataset.train.subclass is None else dataset.train.subclass
    assert np.ptp(np.bincount(finest)) <= 1
