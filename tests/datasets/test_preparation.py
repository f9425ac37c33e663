import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.datasets import Progress, is_prepared, load_dataset, prepare
from core.errors import DataUnavailable
from core.places import PROJECT
from core.specs import DataSpec
from core.specs.cifar import CLASSES, PARENT


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """CIFAR-100 in small: five training images and one test image of each class, and all that the sizes promise."""
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "cifar100.npz", class_names=np.array(CLASSES),
        x_train=rng.integers(0, 256, (500, 32, 32, 3), dtype=np.uint8), y_train=np.arange(500) % 100,
        x_test=rng.integers(0, 256, (100, 32, 32, 3), dtype=np.uint8), y_test=np.arange(100),
    )  # fmt: skip
    return tmp_path


def test_raw_files_are_prepared_once_and_both_sets_share_them(root):
    assert not is_prepared("cifar20", root)
    assert list(prepare("cifar100", root)) == [Progress("prepare images", 0, 1), Progress("prepare images", 1, 1)]
    assert list(prepare("cifar20", root)) == []
    assert is_prepared("cifar20", root)
    assert [path.name for path in (root / "prepared").iterdir()] == ["cifar100"]


def test_loading_prepares_without_bringing_torch_in(root):
    code = (
        "import sys; from core import load_dataset; d = load_dataset('cifar20', sys.argv[1]);"
        "print(d.train.subclass[:3], 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(root)], cwd=PROJECT, capture_output=True, text=True)
    assert done.stdout.strip().endswith("False"), done.stderr
    assert is_prepared("cifar100", root)


def test_the_super_classes_are_the_labels_and_the_classes_the_sub_classes(root):
    list(prepare("cifar100", root))
    fine, coarse = load_dataset("cifar100", root).train, load_dataset("cifar20", root).train
    np.testing.assert_array_equal(coarse.images, fine.images)
    np.testing.assert_array_equal(coarse.index, fine.index)
    np.testing.assert_array_equal(coarse.subclass, fine.labels)
    np.testing.assert_array_equal(coarse.labels, np.asarray(PARENT)[fine.labels])


def test_damaged_files_are_one_sentence(root):
    (root / "cifar100.npz").write_bytes(b"no archive")
    with pytest.raises(DataUnavailable, match=r"cifar100.npz cannot be read as npz") as caught:
        load_dataset("cifar100", root)
    assert "\n" not in str(caught.value)
    assert not is_prepared("cifar100", root)


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
