import numpy as np
import pytest

from core.datasets.array_store import read_prepared, write_prepared
from core.errors import DataUnavailable
from core.specs import DATASETS

RNG = np.random.default_rng(0)
ARRAYS = (
    RNG.integers(0, 256, (30, 3, 4, 4), dtype=np.uint8), np.arange(30) % 3,
    RNG.integers(0, 256, (6, 3, 4, 4), dtype=np.uint8), np.arange(6) % 3,
)  # fmt: skip


def test_every_image_comes_back_under_its_id(tmp_path):
    write_prepared(tmp_path / "set", ARRAYS, DATASETS["digits"])
    images, labels, index = read_prepared(tmp_path / "set")
    assert sorted(index) == list(range(36))
    assert sorted(index[:30]) == list(range(30))  # training images first
    np.testing.assert_array_equal(images, np.concatenate(ARRAYS[::2])[index])
    np.testing.assert_array_equal(labels, np.concatenate(ARRAYS[1::2])[index])
    assert isinstance(images, np.memmap)
    assert not images.flags.writeable


def test_a_failed_write_leaves_nothing(tmp_path):
    short = (*ARRAYS[:2], ARRAYS[2][:, :, :3], ARRAYS[3])  # test images of another shape
    with pytest.raises(ValueError, match="broadcast"):
        write_prepared(tmp_path / "set", short, DATASETS["digits"])
    assert list(tmp_path.iterdir()) == []


def test_the_second_writer_leaves_the_first_ones_files(tmp_path):
    write_prepared(tmp_path / "set", ARRAYS, DATASETS["digits"])
    write_prepared(tmp_path / "set", (ARRAYS[0] * 0, *ARRAYS[1:]), DATASETS["digits"])
    assert read_prepared(tmp_path / "set")[0].max() > 0
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_damaged_or_missing_arrays_are_one_sentence(tmp_path):
    with pytest.raises(DataUnavailable, match="remove that folder"):
        read_prepared(tmp_path / "set")
    write_prepared(tmp_path / "set", ARRAYS, DATASETS["digits"])
    (tmp_path / "set" / "images.npy").write_bytes(b"no array")
    with pytest.raises(DataUnavailable, match="remove that folder"):
        read_prepared(tmp_path / "set")


def test_an_unwritable_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataUnavailable, match="cannot be written"):
        write_prepared(tmp_path / "file" / "set", ARRAYS, DATASETS["digits"])
