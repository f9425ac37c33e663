from pathlib import Path

import numpy as np
import pytest

from core.errors import StoreError
from core.store import shards
from core.store.shards import read_shards, remove_shards, write_shards

# 4, 4, 40 and 4 thousand bytes
ARRAYS = {name: np.arange(n, dtype=np.float32) + n for name, n in zip("abcd", (1000, 1001, 10_000, 1002), strict=True)}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "MAX_BYTES", 9000)


def test_what_is_written_is_read_in_its_order(tmp_path: Path) -> None:
    write_shards(tmp_path / "k.checkpoint", ARRAYS)
    found = read_shards(tmp_path / "k.checkpoint")
    assert list(found) == list(ARRAYS)
    assert all(np.array_equal(found[name], ARRAYS[name]) for name in ARRAYS)
    # a and b fit into one file, c is too large for any, d comes after it
    sizes = sorted(path.stat().st_size for path in tmp_path.glob("k.checkpoint-*"))
    assert [size // 1000 for size in sizes] == [4, 8, 40]


def test_the_files_of_the_list_before_go_and_others_stay(tmp_path: Path) -> None:
    write_shards(tmp_path / "other", ARRAYS)
    write_shards(tmp_path / "k", ARRAYS)
    write_shards(tmp_path / "k", {"a": np.ones(3)})
    assert list(read_shards(tmp_path / "k")) == ["a"]
    assert len(list(tmp_path.glob("k*"))) == 2
    remove_shards(tmp_path / "k")
    remove_shards(tmp_path / "k")
    assert not list(tmp_path.glob("k*"))
    assert len(read_shards(tmp_path / "other")) == 4


def test_cut_off_while_writing_the_last_list_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shards(tmp_path / "k", ARRAYS)
    monkeypatch.setattr(shards, "write_json", lambda path, names: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_shards(tmp_path / "k", {"a": np.ones(3)})
    assert list(read_shards(tmp_path / "k")) == list(ARRAYS)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    write_shards(tmp_path / "k", ARRAYS)
    next(tmp_path.glob("k-*-1")).unlink()
    with pytest.raises(StoreError, match=r"k-\w+-1 cannot be read"):
        read_shards(tmp_path / "k")


def test_a_full_resnet_stays_below_16_megabytes_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    convolution = np.zeros((512, 512, 3, 3), np.float32)  # its largest array, 9.4 MB
    write_shards(tmp_path / "k", {"conv1": convolution, "conv2": convolution, "head": np.zeros((10, 512), np.float32)})
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == 3  # two files and the list
    assert max(sizes) < 16_000_000
